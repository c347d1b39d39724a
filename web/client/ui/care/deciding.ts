/** What the coordination decides about a forfait, and the dialogs that ask for a reason. */

import type { ProfessionalId } from "../../core/ids.ts";
import type { Ronde } from "../../shell/ronde.ts";
import { type Option, choice } from "../coordination/fields.ts";
import { openDialog } from "../dialog.ts";
import { h } from "../dom.ts";
import { form } from "../form.ts";
import { t } from "../words.ts";
import { plainly } from "./refusal.ts";
import type { Cause, ForfaitView, PrescriptionView, SessionView } from "./served.ts";
import { textField } from "./text_field.ts";
import { CAUSES, causeWord, prescribedWords } from "./words.ts";

const REASON = 500;

/** `people` are those of the circle who may hold it. */
export type HolderGiven = {
  readonly ronde: Ronde;
  readonly name: string;
  readonly people: readonly Option[];
  readonly holder: ProfessionalId | null;
  readonly done: () => void;
};

/** Open the forfait of a prescription, as a renewal where one came before. */
export function openOpening(given: HolderGiven, prescription: PrescriptionView, renews: boolean): void {
  askHolder(given, {
    title: renews ? t("Renouveler le forfait : {name}", { name: given.name }) : t("Ouvrir le forfait : {name}", { name: given.name }),
    lead: prescribedWords(prescription),
    action: renews ? t("Renouveler le forfait") : t("Ouvrir le forfait"),
    send: (professional) => given.ronde.api.ask("POST", `/prescriptions/${prescription.id}/forfait`, { professional }),
  });
}

/** Say whose forfait it is. */
export function openAssigning(given: HolderGiven, forfait: ForfaitView): void {
  askHolder(given, {
    title: t("À qui revient le forfait : {name}", { name: given.name }),
    lead: t("Les séances déjà enregistrées restent à qui les a faites."),
    action: t("Enregistrer"),
    send: (professional) => given.ronde.api.ask("PUT", `/forfaits/${forfait.id}/professional`, { professional }),
  });
}

/** Close a forfait before its time. */
export function openClosing(ronde: Ronde, forfait: ForfaitView, name: string, done: () => void): void {
  askReason({
    title: t("Fermer le forfait : {name}", { name }),
    lead: t("Plus aucune séance ne pourra être ajoutée. Ce qui est enregistré reste."),
    action: t("Fermer le forfait"),
    send: (reason) => ronde.api.ask("POST", `/forfaits/${forfait.id}/closure`, { reason }),
    done,
  });
}

/** Call a prescription off. */
export function openCancelling(ronde: Ronde, prescription: PrescriptionView, name: string, done: () => void): void {
  askReason({
    title: t("Annuler la prescription : {name}", { name }),
    lead: t("Elle reste lisible, avec son motif."),
    action: t("Annuler la prescription"),
    send: (reason) => ronde.api.ask("POST", `/prescriptions/${prescription.id}/cancellation`, { reason }),
    done,
  });
}

/** Take a session back for a cause. */
export function openCorrecting(ronde: Ronde, forfait: ForfaitView, session: SessionView, done: () => void): void {
  const cause = choice({ label: t("Pourquoi"), name: "cause", options: CAUSES.map((each) => ({ value: each, label: causeWord(each) })) });
  const words = textField({ label: t("Quelques mots, si besoin"), name: "words", hint: t("Lus par le cercle."), most: REASON, rows: 2 });
  const stated = session.stated !== null && session.taken_back === null;
  const dialog = openDialog({
    title: t("Retirer cette séance"),
    body: form({
      fields: [cause, words],
      body: [
        h("p", { class: "soft" }, stated ? t("Elle est sur un relevé validé : le montant sera repris sur le prochain.") : t("Elle ne comptera plus dans le forfait.")),
        cause.element,
        words.element,
      ],
      action: t("Retirer la séance"),
      send: async () => {
        const said = { cause: cause.input.value as Cause, words: words.input.value.trim() };
        await plainly(ronde.api.ask("POST", `/forfaits/${forfait.id}/sessions/${session.id}/correction`, said));
        dialog.close();
        done();
      },
    }),
  });
}

type Asked<T> = { readonly title: string; readonly lead: string; readonly action: string; readonly send: (answer: T) => Promise<unknown> };

function askHolder(given: HolderGiven, { title, lead, action, send }: Asked<string | null>): void {
  const holder = choice({
    label: t("Professionnel du cercle"),
    name: "professional",
    hint: given.people.length === 0 ? t("Personne de ce métier n'est dans le cercle : ajoutez quelqu'un, ou ouvrez sans attribuer.") : undefined,
    options: [{ value: "", label: t("À attribuer plus tard") }, ...given.people],
    value: given.holder ?? (given.people.length === 1 ? given.people[0]?.value : undefined) ?? "",
  });
  const dialog = openDialog({
    title,
    body: form({
      fields: [holder],
      body: [h("p", { class: "soft" }, lead), holder.element],
      action,
      send: async () => {
        await plainly(send(holder.input.value === "" ? null : holder.input.value));
        dialog.close();
        given.done();
      },
    }),
  });
}

function askReason({ title, lead, action, send, done }: Asked<string> & { readonly done: () => void }): void {
  const reason = textField({ label: t("Motif"), name: "reason", hint: t("Lu par le cercle."), most: REASON, rows: 2 });
  const dialog = openDialog({
    title,
    body: form({
      fields: [reason],
      body: [h("p", { class: "soft" }, lead), reason.element],
      action,
      verify: () => (reason.input.value.trim() === "" ? [{ field: reason, sentence: t("Il manque le motif.") }] : []),
      send: async () => {
        await plainly(send(reason.input.value.trim()));
        dialog.close();
        done();
      },
    }),
  });
}
