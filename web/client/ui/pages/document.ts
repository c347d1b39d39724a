/** One document: a draft to fill and sign, or what was signed, with its versions and its paper. */

import type { DocumentId } from "../../core/ids.ts";
import { Refused } from "../../shell/ronde.ts";
import { ageWords, childName } from "../circle/frame.ts";
import { dateOf, dayAndTime } from "../dates.ts";
import { confirm } from "../dialog.ts";
import { type Child, fill, h } from "../dom.ts";
import type { Names } from "../documents/answer_words.ts";
import type { AnswerProblem, Wrong } from "../documents/answers.ts";
import { type Setting, aroundOf, mayFill, namesOf, settingOf } from "../documents/around.ts";
import { firstAnswersOf } from "../documents/begin.ts";
import { pathwayOf } from "../documents/child_frame.ts";
import { type KeptDraft, Editor, draftKey, newest } from "../documents/editor.ts";
import { answersView, documentBadge, readersNote, signedWords } from "../documents/reading.ts";
import { amendmentPart, strikeButton } from "../documents/signing.ts";
import type { DocumentView, FirstAnswer, FormDefinition, PathwayForm } from "../documents/served.ts";
import { shareButton } from "../documents/share.ts";
import { comparison } from "../documents/side_by_side.ts";
import { versionsPart } from "../documents/versions.ts";
import { said } from "../faults.ts";
import { busy } from "../form.ts";
import { icon } from "../icons.ts";
import { labelWord } from "../nomenclature.ts";
import type { Page, PageContext } from "../router.ts";
import { toast } from "../toast.ts";
import { language, t } from "../words.ts";

type Opened = {
  readonly context: PageContext;
  readonly document: DocumentView;
  readonly form: FormDefinition;
  readonly isOlder: boolean;
  readonly setting: Setting;
  readonly names: Names;
  readonly pathway: PathwayForm;
};

export async function documentPage(context: PageContext): Promise<Page> {
  const { ronde, place } = context;
  const id = place.params["document"] as DocumentId;
  const { value: document } = await ronde.api.read<DocumentView>(`/documents/${id}`);
  const [asked, pathway, setting] = await Promise.all([
    ronde.api.read<FormDefinition>(`/pathway/forms/${document.form}?version=${encodeURIComponent(document.form_version)}`),
    pathwayOf(ronde),
    settingOf(ronde, document.child, document.circle),
  ]);
  const form = asked.value;
  const names = await namesOf(ronde, form, document, setting);
  const isOlder = pathway.forms[form.code]?.version !== form.version;
  const opened: Opened = { context, document, form, isOlder, setting, names, pathway };
  const mine = document.state === "draft" && mayFill(form, setting.role);
  const drawn = mine ? await draftView(opened) : await readView(opened);
  return {
    title: labelWord(form.label),
    element: h("div", { class: "page document" }, head(opened), drawn.element),
    ...(drawn.leave === undefined ? {} : { leave: drawn.leave }),
  };
}

type Drawn = { readonly element: HTMLElement; readonly leave?: () => Promise<boolean> };

function head({ document, form, isOlder, setting, names, context }: Opened): HTMLElement {
  const { child } = setting;
  const signed = document.state === "signed" || document.state === "amended";
  const label = labelWord(form.label);
  const { circle } = document;
  const back = circle === null ? `/coordination/children/${document.child}` : `/circles/${circle}/documents`;
  return h(
    "header",
    { class: "stack-tight" },
    h("a", { class: "back screen-only", href: back }, icon("back", "small"), childName(child)),
    h(
      "div",
      { class: "page-header" },
      h("h1", { class: "page-title" }, label),
      h(
        "div",
        { class: "page-actions screen-only" },
        circle !== null && shareButton(context.ronde, { id: document.id, circle, label }),
        document.state !== "draft" && paperLink(document),
        signed && mayFill(form, setting.role) && strikeButton(context, document),
      ),
    ),
    h("p", { class: "row soft" }, documentBadge(document.state), `${childName(child)}, ${ageWords(child)}`),
    readersNote(form),
    form.help !== null && h("p", { class: "soft" }, labelWord(form.help)),
    isOlder && h("p", { class: "banner banner-warm" }, icon("info"), h("p", null, t("Ce document suit une version plus ancienne du formulaire ({version}), et la garde.", { version: form.version }))),
    h("p", { class: "print-only" }, t("Né le {day}. Imprimé le {today}.", { day: dateOf(child.birth_date), today: dateOf(Date.now()) })),
    struck(document, names),
  );
}

function struck({ strike }: DocumentView, names: Names): Child {
  if (strike === null) return null;
  const words = t("Saisi par erreur, dit {who} {when} : {reason}", { who: names.person(strike.by), when: dayAndTime(strike.at), reason: strike.reason });
  return h("p", { class: "banner banner-danger" }, icon("warning"), h("span", null, words));
}

function paperLink(document: DocumentView): HTMLElement {
  const href = `/api/v1/documents/${document.id}/paper?language=${language()}`;
  return h("a", { class: "button button-small", href, target: "_blank", rel: "noopener" }, icon("print", "small"), t("Imprimer / PDF"));
}

async function draftView(opened: Opened): Promise<Drawn> {
  const { context, document, form } = opened;
  const editor = editorOf(opened, await firstAnswers(opened));
  const sign = h("button", { class: "button button-primary", type: "button" }, t("Signer le document"));
  sign.addEventListener("click", () => void busy(sign, signDraft(context, document, editor)));
  void editor.restore();
  return {
    element: h("div", { class: "stack-loose" }, editor.element, h("div", { class: "button-row screen-only" }, sign), reads(form)),
    leave: async () => {
      await editor.flush();
      return true;
    },
  };
}

/** Said where it matters: before somebody signs. */
function reads(form: FormDefinition): Child {
  return form.readers.length === 0 && h("p", { class: "small muted" }, t("Une fois signé, tout le cercle pourra le lire."));
}

/** What the form can say by itself; without it, everything is typed. */
async function firstAnswers({ context, document, form, isOlder }: Opened): Promise<readonly FirstAnswer[]> {
  if (isOlder) return [];
  try {
    return await firstAnswersOf(context.ronde, document.child, form.code, document.visit);
  } catch {
    return [];
  }
}

function editorOf(opened: Opened, first: readonly FirstAnswer[], amends = false): Editor {
  const { context, document, form, setting, names, pathway } = opened;
  return new Editor({
    ronde: context.ronde,
    form,
    document,
    names,
    first,
    amends,
    labels: (code) => pathway.forms[code]?.label ?? null,
    around: aroundOf(context.ronde, setting),
    signal: context.signal,
    reload: context.again,
  });
}

async function signDraft(context: PageContext, document: DocumentView, editor: Editor): Promise<void> {
  if (!editor.isSettled || !editor.isWhole()) return;
  await editor.flush();
  if (!editor.isSettled) return;
  const sure = await confirm({
    title: t("Signer ce document ?"),
    text: t("Une fois signé, il ne s'efface plus ; une correction sera une nouvelle version, avec son motif."),
    action: t("Signer"),
  });
  if (!sure) return;
  try {
    await context.ronde.api.ask("POST", `/documents/${document.id}/signature`, {}, { version: editor.edition });
    await editor.forget();
    toast(t("Document signé."));
    context.again();
  } catch (error) {
    await refused(error, editor);
  }
}

async function readView(opened: Opened): Promise<Drawn> {
  const { context, document, form, setting, names } = opened;
  const place = h("div", { class: "stack-loose" });
  const mayAmend = document.state !== "draft" && document.state !== "entered-in-error" && mayFill(form, setting.role);
  const amend = (from: KeptDraft | null = null): void => {
    const editor = editorOf(opened, [], true);
    const key = draftKey(document, true);
    const ready = from === null ? Promise.resolve() : context.ronde.saveDraft(key, from);
    void ready.then(() => editor.restore());
    fill(place, amendmentPart({ context, document, editor, refused: (error) => refused(error, editor) }));
  };
  const show = (number: number): void => {
    const version = document.versions.find((each) => each.number === number);
    if (version === undefined) return;
    const last = number === document.versions.length;
    fill(
      place,
      h("p", { class: "soft" }, signedWords(version, setting.people)),
      version.reason !== null && h("p", { class: "soft" }, t("Motif : {reason}", { reason: version.reason })),
      answersView(form, version.answers, names),
      last && mayAmend && amendButton(() => amend()),
      versionsPart({ document, form, people: setting.people, names, shown: number, choose: (chosen) => show(chosen.number) }),
    );
  };
  show(document.versions.length);
  const waits = document.state === "draft" && h("p", { class: "banner" }, icon("info"), h("span", null, t("Ce brouillon attend la signature de {who}.", { who: names.person(document.author) })));
  const left = mayAmend && (await leftOver(opened, amend));
  return { element: h("div", { class: document.strike === null ? "stack-loose" : "stack-loose struck" }, waits, left, place) };
}

function amendButton(amend: () => void): HTMLElement {
  return h("div", { class: "button-row screen-only" }, h("button", { class: "button", type: "button", onclick: amend }, icon("pencil", "small"), t("Corriger")));
}

/** What somebody wrote here while somebody else signed: shown beside it, to take up or to drop. */
async function leftOver(opened: Opened, amend: (from: KeptDraft) => void): Promise<Child> {
  const { context, document, form, names } = opened;
  const key = draftKey(document, false);
  const kept = await context.ronde.draft<KeptDraft>(key);
  if (kept === null) return null;
  const clear = async (): Promise<void> => await context.ronde.saveDraft(key, null);
  const take = async (): Promise<void> => {
    await clear();
    part.remove();
    amend({ edition: document.edition, base: newest(document), answers: kept.answers });
  };
  const drop = async (): Promise<void> => {
    await clear();
    part.remove();
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

/** Show a refusal where it belongs: at its fields, beside what somebody else wrote, or as a note. */
async function refused(error: unknown, editor: Editor): Promise<void> {
  if (await editor.isConflict(error)) return;
  const problems = error instanceof Refused ? error.errors.flatMap((each) => problemAt(each.field, each.message)) : [];
  if (problems.length > 0) editor.showProblems(problems);
  else toast(said(error), { seconds: 10 });
}

function problemAt(pointer: string, wrong: string): AnswerProblem[] {
  const [root, ...steps] = pointer.split("/");
  const path = steps.map((step) => (/^\d+$/u.test(step) ? Number(step) : step));
  const field = path.at(-1);
  return root === "answers" && typeof field === "string" ? [{ field, wrong: wrong as Wrong, path }] : [];
}
