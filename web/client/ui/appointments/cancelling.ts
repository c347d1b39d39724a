/** Call an appointment off: why, for the office only, and how far in a series. */

import type { Ronde } from "../../shell/ronde.ts";
import { openDialog } from "../dialog.ts";
import { freshId, h } from "../dom.ts";
import { busy } from "../busy.ts";
import { toast } from "../toast.ts";
import { t } from "../words.ts";
import { HowFar } from "./following.ts";
import { refusalWords } from "./refusal.ts";
import type { AppointmentView } from "./served.ts";
import { labelled } from "./when.ts";

/** Ask why, and call it off. */
export function openCancelling(ronde: Ronde, appointment: AppointmentView, done: () => void): void {
  const reason = h("textarea", { class: "textarea", id: freshId("reason"), rows: 2, maxlength: 500 });
  const far = new HowFar(appointment.series !== null);
  const go = h("button", { class: "button button-danger", type: "button" }, t("Annuler le rendez-vous"));
  const send = async (): Promise<void> => {
    const path = far.isAll ? "following/cancellation" : "cancellation";
    try {
      await ronde.api.ask("POST", `/appointments/${appointment.id}/${path}`, { reason: reason.value.trim() });
      dialog.close();
      toast(far.isAll ? t("Séances annulées ; la famille en sera prévenue une fois.") : t("Rendez-vous annulé ; la famille en sera prévenue."));
      done();
    } catch (error) {
      toast(refusalWords(error));
    }
  };
  go.addEventListener("click", () => void busy(go, send()));
  const dialog = openDialog({
    title: t("Annuler ce rendez-vous ?"),
    body: h(
      "div",
      { class: "stack" },
      far.element,
      labelled(reason, t("Motif (facultatif)"), t("Pour le réseau seulement : la famille ne le lit pas.")),
      h("p", null, t("La famille en sera prévenue.")),
    ),
    footer: [h("button", { class: "button", type: "button", onclick: () => dialog.close() }, t("Le garder")), go],
  });
}
