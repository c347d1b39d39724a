/** Writing down what a parent said. */

import type { ChildId } from "../../core/ids.ts";
import { Refused, type Ronde } from "../../shell/ronde.ts";
import { openDialog } from "../dialog.ts";
import { field, form } from "../form.ts";
import { toast } from "../toast.ts";
import { t } from "../words.ts";
import { nameOf, speakers } from "./consent.ts";
import { choice, radios, today } from "./fields.ts";
import type { ChildRecord, Word } from "./served.ts";
import { consentWord } from "./words.ts";

const WORDS: readonly Word[] = ["agreed", "informed", "refused", "withdrawn"];

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
