/** One document: filled, signed, amended, printed. */

import type { DocumentId } from "../../core/ids.ts";
import { Refused } from "../../shell/ronde.ts";
import { ageWords, childName } from "../circle/frame.ts";
import { dateOf, dayAndTime } from "../dates.ts";
import { confirm, openDialog } from "../dialog.ts";
import { type Child, fill, freshId, h } from "../dom.ts";
import { Editor } from "../documents/editor.ts";
import { answersView, documentBadge, signedWords, versionList } from "../documents/reading.ts";
import type { AnswerProblem, Wrong } from "../documents/rules.ts";
import type { DocumentView, FormDefinition } from "../documents/served.ts";
import { shareButton } from "../documents/share.ts";
import { said } from "../faults.ts";
import { type Glance, glanceAt } from "../feed/people.ts";
import { busy } from "../form.ts";
import { icon } from "../icons.ts";
import { labelWord } from "../nomenclature.ts";
import type { Page, PageContext } from "../router.ts";
import { toast } from "../toast.ts";
import { t } from "../words.ts";

type Opened = {
  readonly context: PageContext;
  readonly document: DocumentView;
  readonly form: FormDefinition;
  readonly glance: Glance;
};

export async function documentPage(context: PageContext): Promise<Page> {
  const { ronde, place } = context;
  const id = place.params["document"] as DocumentId;
  const { value: document } = await ronde.api.read<DocumentView>(`/documents/${id}`);
  const { value: form } = await ronde.api.read<FormDefinition>(`/pathway/forms/${document.form}`);
  const glance = await glanceAt(ronde, document.circle);
  const opened: Opened = { context, document, form, glance };
  const drawn = document.state === "draft" ? draftView(opened) : readView(opened);
  return {
    title: labelWord(form.label),
    element: h("div", { class: "page document" }, head(opened), drawn.element),
    ...(drawn.leave === undefined ? {} : { leave: drawn.leave }),
  };
}

type Drawn = { readonly element: HTMLElement; readonly leave?: () => Promise<boolean> };

function head({ document, form, glance, context }: Opened): HTMLElement {
  const child = glance.glance.child;
  const editable = document.state === "draft" || document.state === "signed" || document.state === "amended";
  return h(
    "header",
    { class: "stack-tight" },
    h("a", { class: "back screen-only", href: `/circles/${document.circle}/documents` }, icon("back", "small"), childName(child)),
    h(
      "div",
      { class: "page-header" },
      h("h1", { class: "page-title" }, labelWord(form.label)),
      h(
        "div",
        { class: "page-actions screen-only" },
        shareButton(context.ronde, { id: document.id, circle: document.circle, label: labelWord(form.label) }),
        h("button", { class: "icon-button", type: "button", "aria-label": t("Imprimer"), onclick: () => print() }, icon("print")),
        editable && document.state !== "draft" && strikeButton(document, context),
      ),
    ),
    h("p", { class: "row soft" }, documentBadge(document.state), `${childName(child)}, ${ageWords(child)}`),
    h("p", { class: "print-only" }, t("Né le {day}. Imprimé le {today}.", { day: dateOf(child.birth_date), today: dateOf(Date.now()) })),
    document.strike !== null &&
      h(
        "p",
        { class: "banner banner-danger" },
        icon("warning"),
        t("Saisi par erreur, dit {who} {when} : {reason}", {
          who: glance.people.name(document.strike.by),
          when: dayAndTime(document.strike.at),
          reason: document.strike.reason,
        }),
      ),
  );
}

function draftView(opened: Opened): Drawn {
  const { context, document, form } = opened;
  if (!mayFill(opened)) return readView(opened);
  const editor = new Editor({ ronde: context.ronde, form, document, signal: context.signal, amends: false, reload: context.again });
  const sign = h("button", { class: "button button-primary", type: "button" }, t("Signer le document"));
  sign.addEventListener("click", () => void busy(sign, signDraft(opened, editor)));
  void editor.restore();
  return {
    element: h("div", { class: "stack-loose" }, editor.element, h("div", { class: "button-row screen-only" }, sign)),
    leave: async () => {
      await editor.flush();
      return true;
    },
  };
}

async function signDraft({ context, document }: Opened, editor: Editor): Promise<void> {
  if (!editor.isWhole()) return;
  await editor.flush();
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
    refused(error, editor);
  }
}

function readView(opened: Opened): Drawn {
  const { document, form, glance } = opened;
  const place = h("div", { class: "stack-loose" });
  const show = (number: number): void => {
    const version = document.versions.find((each) => each.number === number);
    if (version === undefined) return;
    const before = document.versions.find((each) => each.number === number - 1);
    fill(
      place,
      h("p", { class: "soft" }, signedWords(version, glance.people)),
      answersView(form, version.answers, before?.answers ?? null),
      versionList(document, glance.people, number, (chosen) => show(chosen.number)),
      number === document.versions.length && document.state !== "entered-in-error" && amendButton(opened, place),
    );
  };
  show(document.versions.length);
  const waits = document.state === "draft" && h("p", { class: "banner" }, icon("info"), t("Ce brouillon attend la signature de {who}.", { who: glance.people.name(document.author) }));
  return { element: h("div", { class: "stack-loose" }, waits, form.version !== document.form_version && older(), place) };
}

function older(): HTMLElement {
  return h("p", { class: "banner banner-warm" }, icon("info"), t("Ce document suit une version plus ancienne du formulaire."));
}

function amendButton(opened: Opened, place: HTMLElement): Child {
  if (!mayFill(opened) || opened.document.state === "draft") return null;
  return h(
    "div",
    { class: "button-row screen-only" },
    h("button", { class: "button", type: "button", onclick: () => amend(opened, place) }, icon("pencil", "small"), t("Corriger")),
  );
}

function amend(opened: Opened, place: HTMLElement): void {
  const { context, document, form } = opened;
  const editor = new Editor({ ronde: context.ronde, form, document, signal: context.signal, amends: true, reload: context.again });
  void editor.restore();
  const id = freshId("reason");
  const reason = h("textarea", { class: "textarea", id, rows: 2, maxlength: 500, required: true });
  const send = h("button", { class: "button button-primary", type: "button" }, t("Signer la correction"));
  const work = async (): Promise<void> => {
    if (!editor.isWhole()) return;
    if (reason.value.trim() === "") {
      reason.setAttribute("aria-invalid", "true");
      reason.focus();
      return;
    }
    try {
      const body = { answers: editor.answers, reason: reason.value.trim() };
      await context.ronde.api.ask("POST", `/documents/${document.id}/amendments`, body, { version: document.edition });
      await editor.forget();
      toast(t("Correction signée : l'ancienne version reste lisible."));
      context.again();
    } catch (error) {
      refused(error, editor);
    }
  };
  send.addEventListener("click", () => void busy(send, work()));
  const cancel = async (): Promise<void> => {
    await editor.forget();
    context.again();
  };
  fill(
    place,
    editor.element,
    h("div", { class: "field" }, h("label", { class: "field-label", for: id }, t("Motif de la correction")), reason),
    h("div", { class: "button-row" }, h("button", { class: "button", type: "button", onclick: cancel }, t("Abandonner la correction")), send),
  );
}

function strikeButton(document: DocumentView, context: PageContext): HTMLElement {
  const strike = (): void => {
    const id = freshId("reason");
    const reason = h("textarea", { class: "textarea", id, rows: 2, maxlength: 500 });
    const send = h("button", { class: "button button-primary button-danger", type: "button" }, t("Marquer comme erreur"));
    const work = async (): Promise<void> => {
      try {
        const body = { reason: reason.value.trim() };
        await context.ronde.api.ask("POST", `/documents/${document.id}/strike`, body, { version: document.edition });
        dialog.close();
        context.again();
      } catch (error) {
        toast(said(error));
      }
    };
    send.addEventListener("click", () => {
      if (reason.value.trim() === "") reason.focus();
      else void busy(send, work());
    });
    const dialog = openDialog({
      title: t("Document saisi par erreur"),
      body: [
        h("p", null, t("Il reste lisible, marqué comme erreur, et ne compte plus. Dites pourquoi.")),
        h("div", { class: "field" }, h("label", { class: "field-label", for: id }, t("Motif")), reason),
      ],
      footer: send,
    });
  };
  return h("button", { class: "icon-button", type: "button", "aria-label": t("Marquer comme saisi par erreur"), onclick: strike }, icon("trash"));
}

/** Forms are for some professions to fill; the server judges, this only spares a vain try. */
function mayFill({ context, form, glance }: Opened): boolean {
  const me = context.ronde.me?.professional ?? null;
  const member = glance.glance.members.find((each) => each.professional === me);
  return form.fillers.length === 0 || (member?.profession !== null && form.fillers.includes(member?.profession ?? ""));
}

function refused(error: unknown, editor: Editor): void {
  const problems = error instanceof Refused ? error.errors.flatMap((each) => named(each.field, each.message, editor)) : [];
  if (problems.length > 0) editor.showProblems(problems);
  else toast(said(error), { seconds: 10 });
}

function named(pointer: string, wrong: string, editor: Editor): AnswerProblem[] {
  const field = pointer.replace(/^answers\//u, "");
  return editor.knows(field) ? [{ field, wrong: wrong as Wrong }] : [];
}
