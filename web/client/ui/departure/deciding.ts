/** What is asked of a departure that stands: taking it back, or an answer to the relay. */

import type { Ronde } from "../../shell/ronde.ts";
import { textField } from "../care/text_field.ts";
import { choice } from "../coordination/fields.ts";
import { openDialog } from "../dialog.ts";
import { today } from "../documents/around.ts";
import { h } from "../dom.ts";
import { field, form } from "../form.ts";
import { plainly } from "../meetings/plainly.ts";
import { t } from "../words.ts";
import type { DepartureView, RelayState } from "./served.ts";
import { refusalWord, relayWord } from "./words.ts";

type DecidingOptions = { readonly ronde: Ronde; readonly done: (words: string) => void };

/** Ask why, and take a departure back. */
export function openTakingBack(departure: DepartureView, { ronde, done }: DecidingOptions): void {
  const reason = textField({ label: t("Pourquoi"), name: "reason", hint: t("Les forfaits fermés et les rendez-vous annulés le restent."), most: 500, rows: 2 });
  const body = form({
    fields: [reason],
    body: reason.element,
    action: t("L'enfant revient dans le parcours"),
    verify: () => (reason.input.value.trim() === "" ? [{ field: reason, sentence: t("Dites pourquoi, en quelques mots.") }] : []),
    send: async () => {
      await plainly(ronde.api.ask("POST", `/departures/${departure.id}/undoing`, { reason: reason.input.value.trim() }), refusalWord);
      dialog.close();
      done(t("La sortie est annulée."));
    },
  });
  const dialog = openDialog({ title: t("Revenir sur cette sortie ?"), body });
}

/** Ask what was answered and when, and note it. */
export function openHearing(departure: DepartureView, { ronde, done }: DecidingOptions): void {
  const states: readonly RelayState[] = ["asked", "accepted", "refused"];
  const state = choice({ label: t("Le relais"), name: "state", options: states.map((each) => ({ value: each, label: relayWord(each) })), value: departure.relay === "asked" ? "accepted" : "asked" });
  const on = field({ label: t("Le"), name: "on", input: { type: "date", value: today(), max: today(), required: true } });
  const contact = field({ label: t("Personne jointe"), name: "contact", input: { maxlength: 80, value: departure.contact, autocomplete: "off" } });
  const body = form({
    fields: [state, on, contact],
    body: h("div", { class: "stack" }, state.element, on.element, contact.element),
    action: t("Noter"),
    verify: () => (on.input.value === "" ? [{ field: on, sentence: t("Dites quel jour.") }] : []),
    send: async () => {
      await plainly(ronde.api.ask("POST", `/departures/${departure.id}/relay`, { state: state.input.value, on: on.input.value, contact: contact.input.value.trim() }), refusalWord);
      dialog.close();
      done(t("C'est noté."));
    },
  });
  const dialog = openDialog({ title: t("Réponse au relais"), body });
}
