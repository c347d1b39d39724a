/** A picture of a message, as large as the window allows. */

import { openDialog } from "../dialog.ts";
import { h } from "../dom.ts";
import { t } from "../words.ts";
import { save } from "./saving.ts";

export function enlarge(blob: File): void {
  const { name } = blob;
  const source = URL.createObjectURL(blob);
  openDialog({
    title: name,
    wide: true,
    body: h("img", { class: "picture-large", src: source, alt: name }),
    footer: h("button", { class: "button", type: "button", onclick: () => save(blob) }, t("Enregistrer")),
    closed: () => URL.revokeObjectURL(source),
  });
}
