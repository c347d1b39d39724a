/** Calling a meeting off, with the reason. */

import type { Ronde } from "../../shell/ronde.ts";
import { textField } from "../care/text_field.ts";
import { openDialog } from "../dialog.ts";
import { form } from "../form.ts";
import { t } from "../words.ts";
import { plainly } from "./plainly.ts";
import type { MeetingView } from "./served.ts";

/** Ask why, and call the meeting off. */
export function openCancelling(ronde: Ronde, meeting: MeetingView, done: () => void): void {
  const reason = textField({ label: t("Pourquoi"), name: "reason", hint: t("Les invités le liront."), most: 500, rows: 2 });
  const body = form({
    fields: [reason],
    body: reason.element,
    action: t("Annuler la réunion"),
    actionProps: { class: "button button-primary button-danger" },
    verify: () => (reason.input.value.trim() === "" ? [{ field: reason, sentence: t("Dites pourquoi, en quelques mots.") }] : []),
    send: async () => {
      await plainly(ronde.api.ask("POST", `/meetings/${meeting.id}/cancellation`, { reason: reason.input.value.trim() }));
      dialog.close();
      done();
    },
  });
  const dialog = openDialog({ title: t("Annuler cette réunion ?"), body });
}
