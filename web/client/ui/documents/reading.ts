/** A signed document to read and print: its answers, who signed them, who may read them. */

import { dateOf, dayAndTime } from "../dates.ts";
import { type Child, h } from "../dom.ts";
import type { People } from "../feed/people.ts";
import { labelWord } from "../nomenclature.ts";
import { t } from "../words.ts";
import { type Names, answerWord } from "./answer_words.ts";
import { applies, isAsked } from "./answers.ts";
import { isRowsOf, rowsIn, rowsOf } from "./form.ts";
import { rowName } from "./rows.ts";
import type { Answers, FormDefinition, FormSection, Version } from "./served.ts";

const LONG = 36;

/** Draw the answers of a version, section by section, row by row. */
export function answersView(form: FormDefinition, answers: Answers, names: Names): Child[] {
  return form.sections.flatMap((section) => {
    if (section.hidden || section.within !== null) return [];
    const body = sectionBody(form, section, answers, {}, names);
    if (body.length === 0) return [];
    return [h("section", { class: "card" }, h("h2", { class: "section-title" }, labelWord(section.label)), scaleName(section), body)];
  });
}

function scaleName({ scale }: FormSection): Child {
  return scale !== null && h("p", { class: "field-hint" }, t("Échelle {name}", { name: scale.name }));
}

/** What stands in a section, with the sections that lie in it; nothing where nothing is asked. */
function sectionBody(form: FormDefinition, section: FormSection, answers: Answers, outer: Answers, names: Names): HTMLElement[] {
  const facts = { ...outer, ...answers };
  if (applies(form, section, facts) === false) return [];
  if (section.repeats === null) return contents(form, section, answers, facts, names);
  const rows = rowsIn(answers, section).map((row, at) =>
    h("li", { class: "answer-row" }, h("h3", { class: "strong" }, rowName(section, at)), contents(form, section, row, { ...facts, ...row }, names)),
  );
  return rows.length === 0 ? [] : [h("ol", { class: "answer-rows" }, rows)];
}

function contents(form: FormDefinition, section: FormSection, answers: Answers, facts: Answers, names: Names): HTMLElement[] {
  const lines = section.fields
    .filter((field) => field.type !== "note" && !field.hidden && isAsked(form, section, field, facts) === true)
    .filter((field) => answers[field.code] !== undefined || field.required)
    .map((field) => line(labelWord(field.label), answerWord(field, answers[field.code], names)));
  const inner = form.sections
    .filter((each) => each.within === section.code && !each.hidden)
    .flatMap((each) => {
      const isHere = isRowsOf(form, each, rowsOf(form, section)) || rowsOf(form, each) === rowsOf(form, section);
      const body = isHere ? sectionBody(form, each, answers, facts, names) : [];
      return body.length === 0 ? [] : [h("h3", { class: "strong" }, labelWord(each.label)), ...body];
    });
  return lines.length === 0 ? inner : [h("dl", { class: "facts answers" }, lines), ...inner];
}

/** A question with its answer; on a phone a long answer has the whole width to itself. */
function line(question: string, answer: string): HTMLElement {
  return h("div", { class: answer.length > LONG ? "answer-long" : null }, h("dt", null, question), h("dd", null, answer));
}

/** By whom and when a version was signed. */
export function signedWords(version: Version, people: People): string {
  const who = people.name(version.author);
  if (version.signed_at === null) return t("Enregistré par {who}, {when}", { who, when: dayAndTime(version.saved_at) });
  return t("Signé par {who} le {day}", { who, day: dateOf(version.signed_at) });
}
