/** The button that signs in with what unlocks the device. */

import type { Ronde } from "../../shell/ronde.ts";
import { h } from "../dom.ts";
import { said } from "../faults.ts";
import { busy } from "../busy.ts";
import { icon } from "../icons.ts";
import { toast } from "../toast.ts";
import { t } from "../words.ts";
import { signInWithPasskey, wasDeclined } from "./passkey.ts";

/** Make the button; closing the browser's question is no fault and says nothing. */
export function passkeyButton(ronde: Ronde, done: () => unknown = () => undefined): HTMLElement {
  const button = h("button", { class: "button button-wide", type: "button" }, icon("passkey"), t("Empreinte, visage ou code de l'appareil"));
  button.addEventListener("click", () => {
    busy(button, signInWithPasskey(ronde)).then(done, (error: unknown) => {
      if (!wasDeclined(error)) toast(said(error));
    });
  });
  return button;
}
