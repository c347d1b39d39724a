/** The pause of all sending: what everybody of the office sees of it, and the button of the coordination. */

import { Refused, type Ronde } from "../../shell/ronde.ts";
import { dressed } from "../clothes.ts";
import { dayAndTime } from "../dates.ts";
import { fill, h } from "../dom.ts";
import { said } from "../faults.ts";
import { icon } from "../icons.ts";
import { toast } from "../toast.ts";
import { t } from "../words.ts";
import type { Sending } from "./served.ts";

export const SENDING = "/sending";

/** Keep a place true to how sending stands; the button is for whoever may press it. */
export async function pausePlace(ronde: Ronde, decides: boolean): Promise<HTMLElement> {
  const place = h("div", { class: "office-slot" });
  const draw = (sending: Sending): void => {
    const held = place.contains(document.activeElement);
    fill(place, sending.paused ? pausedBanner(sending, decides && (() => void resume(ronde, draw))) : decides && pauseButton(ronde, draw));
    if (held) place.querySelector("button")?.focus();
  };
  draw((await ronde.api.read<Sending>(SENDING)).value);
  return place;
}

/** « Envois suspendus par … depuis … »; `go` lets them leave again. */
export function pausedBanner({ by_name: by, since, reason }: Sending, go: (() => void) | false): HTMLElement {
  const when = since === null ? "" : dayAndTime(since);
  return h(
    "div",
    { class: "banner banner-warm", role: "status" },
    icon("warning"),
    h(
      "div",
      null,
      h("p", { class: "strong" }, t("Envois suspendus par {name} depuis {when}", { name: by ?? t("la coordination"), when })),
      h("p", { class: "small" }, t("Motif : {reason}", { reason })),
    ),
    go !== false && h("button", { class: "button button-small", type: "button", onclick: go }, t("Reprendre les envois")),
  );
}

function pauseButton(ronde: Ronde, done: (sending: Sending) => void): HTMLElement {
  const open = async (): Promise<void> => {
    const { openPausing } = await dressed(import("./pausing.ts"));
    openPausing(ronde, done);
  };
  return h("button", { class: "button button-small", type: "button", onclick: () => void open().catch((error: unknown) => toast(said(error))) }, t("Suspendre les envois"));
}

/** Ask the server what would leave, ask the person, and go on. */
async function resume(ronde: Ronde, done: (sending: Sending) => void): Promise<void> {
  try {
    done(await ronde.api.ask<Sending>("PUT", SENDING, { paused: false }));
  } catch (error) {
    if (!(error instanceof Refused) || error.code !== "resumption_unconfirmed") return void toast(said(error));
    const { askResuming } = await dressed(import("./pausing.ts"));
    await askResuming(ronde, error.instead, done);
  }
}
