/** What each parent said: the last word of each, and writing down the next one. */

import type { ChildId } from "../../core/ids.ts";
import { Refused, type Ronde } from "../../shell/ronde.ts";
import { dateOf } from "../dates.ts";
import { openDialog } from "../dialog.ts";
import { type Child, h } from "../dom.ts";
import { field, form } from "../form.ts";
import { toast } from "../toast.ts";
import { t } from "../words.ts";
import { choice, radios, today } from "./fields.ts";
import type { ChildRecord, ConsentView, FamilyContact, Word } from "./served.ts";
import { consentWord } from "./words.ts";

const WORDS: readonly Word[] = ["agreed", "informed", "refused", "withdrawn"];

/** Where the family stands, in a sentence. */
export function standingWord(standing: ConsentView["standing"]): string {
  switch (standing) {
    case "given":
      return t("La famille est d'accord.");
    case "missing":
      return t("Il faut l'accord d'un parent, et que l'autre soit au moins informé.");
    case "opposed":
      return t("Un parent s'oppose : rien ne peut commencer.");
    case "withdrawn":
      return t("Un parent a retiré son accord.");
  }
}

/** What each person of the family said last. */
export function lastWords(child: ChildRecord, view: ConsentView): Child {
  const rows = child.contacts.flatMap((contact) => {
    const said = lastOf(view, contact.id);
    return said === null ? [] : [h("li", null, `${nameOf(contact)} : ${consentWord(said.word)}, ${t("le {day}", { day: dateOf(said.on) })}`)];
  });
  return rows.length > 0 && h("ul", { class: "prose small" }, rows);
}

type Said = ConsentView["consent"]["steps"][number];

function lastOf(view: ConsentView, contact: string): Said | null {
  const said = view.consent.steps.filter((each) => each.contact === contact);
  const day = said.map((each) => each.on).sort().at(-1);
  return said.findLast((each) => each.on === day) ?? null;
}

/** Who of the family may speak for the child. */
export function speakers(child: ChildRecord): readonly FamilyContact[] {
  return child.contacts.filter((each) => each.relation === "GUARD");
}

export function nameOf(contact: FamilyContact): string {
  return `${contact.given_name} ${contact.family_name}`.trim();
}

/** Write down what a parent said. */
export function openConsent(ronde: Ronde, child: ChildRecord, done: () => void): void {
  const who = choice({ label: t("Qui"), name: "who", options: speakers(child).map((each) => ({ value: each.id, label: nameOf(each) })) });
  const word = radios({ label: t("Sa réponse"), name: "word", value: "agreed", options: WORDS.map((each) => ({ value: each, label: consentWord(each) })) });
  const on = field({ label: t("Le"), name: "on", input: { type: "date", max: today(), value: today() } });
  const paper = field({ label: t("Sur le document"), name: "paper", hint: t("Le numéro ou le nom du formulaire montré et signé."), input: { maxlength: 200, autocomplete: "off", value: t("Consentement") } });
  const send = async (): Promise<void> => {
    const said = { contact: who.input.value, word: word.value(), on: on.input.value, document: paper.input.value.trim(), language: contactLanguage(child, who.input.value) };
    await ronde.api.ask("POST", `/children/${child.id satisfies ChildId}/consent`, said);
    dialog.close();
    toast(t("C'est noté."));
    done();
  };
  const dialog = openDialog({
    title: t("Ce que la famille a dit"),
    body: form({
      fields: [who, on, paper],
      body: [who.element, word.element, on.element, paper.element],
      action: t("Noter"),
      verify: () => (on.input.value === "" ? [{ field: on, sentence: t("Il manque le jour.") }] : []),
      send,
      blame: (error) => (error instanceof Refused && error.code === "said_tomorrow" ? on : null),
    }),
  });
}

function contactLanguage(child: ChildRecord, contact: string): string {
  return child.contacts.find((each) => each.id === contact)?.language ?? "fr";
}
