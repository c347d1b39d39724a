/** A document to read: what was signed, its versions, and what somebody had written beside it. */

import { type Child, fill, h } from "../dom.ts";
import { icon } from "../icons.ts";
import { t } from "../words.ts";
import { mayFill } from "./around.ts";
import { type KeptDraft, draftKey, newest } from "./kept.ts";
import type { Drawn, Opened } from "./opened.ts";
import { answersView, signedWords } from "./reading.ts";

/** Draw a document that is read. */
export async function readView(opened: Opened): Promise<Drawn> {
  const { document, form, setting, names } = opened;
  const place = h("div", { class: "stack-loose" });
  const mayAmend = document.state !== "draft" && document.state !== "entered-in-error" && mayFill(form, setting.role);
  const amend = async (from: KeptDraft | null = null): Promise<void> => await beginAmendment(opened, place, from);
  const show = async (number: number): Promise<void> => {
    const version = document.versions.find((each) => each.number === number);
    if (version === undefined) return;
    const last = number === document.versions.length;
    const history = document.versions.length > 1 && (await import("./versions.ts")).versionsPart({ document, form, people: setting.people, names, shown: number, choose: (chosen) => void show(chosen.number) });
    fill(
      place,
      h("p", { class: "soft" }, signedWords(version, setting.people)),
      version.reason !== null && h("p", { class: "soft" }, t("Motif : {reason}", { reason: version.reason })),
      answersView(form, version.answers, names),
      last && mayAmend && amendButton(() => void amend()),
      history,
    );
  };
  await show(document.versions.length);
  const waits = document.state === "draft" && h("p", { class: "banner" }, icon("info"), h("span", null, t("Ce brouillon attend la signature de {who}.", { who: names.person(document.author) })));
  const left = mayAmend && (await leftOver(opened, amend));
  return { element: h("div", { class: document.strike === null ? "stack-loose" : "stack-loose struck" }, waits, left, place) };
}

async function beginAmendment(opened: Opened, place: HTMLElement, from: KeptDraft | null): Promise<void> {
  const { context, document } = opened;
  const [{ editorOf, refused }, { amendmentPart }] = await Promise.all([import("./drafting.ts"), import("./signing.ts")]);
  const editor = editorOf(opened, [], true);
  if (from !== null) await context.ronde.saveDraft(draftKey(document, true), from);
  await editor.restore();
  const what = t("Vous corrigez ce document. L'ancienne version reste lisible, et personne ne voit la nouvelle avant votre signature.");
  const begun = h("p", { class: "banner", tabindex: -1 }, icon("info"), h("span", null, what));
  fill(place, begun, amendmentPart({ context, document, editor, refused: async (error) => await refused(error, editor) }));
  begun.focus();
}

function amendButton(amend: () => void): HTMLElement {
  return h("div", { class: "button-row screen-only" }, h("button", { class: "button", type: "button", onclick: amend }, icon("pencil", "small"), t("Corriger")));
}

/** What somebody wrote here while somebody else signed: shown beside it, to take up or to drop. */
async function leftOver(opened: Opened, amend: (from: KeptDraft) => Promise<void>): Promise<Child> {
  const { context, document, form, names } = opened;
  const key = draftKey(document, false);
  const kept = await context.ronde.draft<KeptDraft>(key);
  if (kept === null) return null;
  const { comparison } = await import("./side_by_side.ts");
  const drop = async (): Promise<void> => {
    await context.ronde.saveDraft(key, null);
    part.remove();
  };
  const take = async (): Promise<void> => {
    await amend({ edition: document.edition, base: newest(document), answers: kept.answers });
    await drop();
  };
  const part: HTMLElement = h(
    "section",
    { class: "card card-warm screen-only" },
    h("h2", { class: "section-title" }, t("Vos réponses n'y sont pas")),
    h("p", null, t("Ce document a été signé pendant que vous écriviez. Rien n'est perdu : reprenez vos réponses dans une correction, ou laissez-les.")),
    comparison(form, { title: t("Signé"), answers: newest(document) }, { title: t("Les vôtres"), answers: kept.answers }, names, false),
    h(
      "div",
      { class: "button-row" },
      h("button", { class: "button", type: "button", onclick: drop }, t("Laisser mes réponses")),
      h("button", { class: "button button-primary", type: "button", onclick: take }, t("Reprendre dans une correction")),
    ),
  );
  return part;
}
