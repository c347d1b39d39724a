/** One document: a draft to fill and sign, or what was signed, with its versions and its paper. */

import type { DocumentId } from "../../core/ids.ts";
import { ageWords, childName } from "../circle/naming.ts";
import { dateOf, dayAndTime } from "../dates.ts";
import { type Child, h } from "../dom.ts";
import type { Names } from "../documents/answer_words.ts";
import { mayFill, namesOf, settingOf } from "../documents/around.ts";
import { documentBadge } from "../documents/badge.ts";
import type { Drawn, Opened } from "../documents/opened.ts";
import { pathwayOf } from "../documents/pathway.ts";
import type { DocumentView, FormDefinition } from "../documents/served.ts";
import { shareButton } from "../documents/share.ts";
import { icon } from "../icons.ts";
import "../more_icons.ts";
import { labelWord, seatWord } from "../nomenclature.ts";
import type { Page, PageContext } from "../router.ts";
import { language, t } from "../words.ts";

export async function documentPage(context: PageContext): Promise<Page> {
  const { ronde, place } = context;
  const id = place.params["document"] as DocumentId;
  const { value: document } = await ronde.api.read<DocumentView>(`/documents/${id}`);
  const [{ value: form }, pathway, setting] = await Promise.all([
    ronde.api.read<FormDefinition>(`/pathway/forms/${document.form}?version=${encodeURIComponent(document.form_version)}`),
    pathwayOf(ronde),
    settingOf(ronde, document.child, document.circle),
  ]);
  const names = await namesOf(ronde, form, document, setting);
  const isOlder = pathway.forms[form.code]?.version !== form.version;
  const opened: Opened = { context, document, form, isOlder, setting, names, pathway };
  const drawn = await bodyOf(opened);
  return {
    title: labelWord(form.label),
    element: h("div", { class: "page document" }, head(opened), drawn.element),
    ...(drawn.leave === undefined ? {} : { leave: drawn.leave }),
  };
}

/** What is read brings no editor, and what is written no reading. */
async function bodyOf(opened: Opened): Promise<Drawn> {
  const isMine = opened.document.state === "draft" && mayFill(opened.form, opened.setting.role);
  if (isMine) return await (await import("../documents/drafting.ts")).draftView(opened);
  return await (await import("../documents/consulting.ts")).readView(opened);
}

function head(opened: Opened): HTMLElement {
  const { document, form, isOlder, setting, names, context } = opened;
  const { child } = setting;
  const { circle } = document;
  const label = labelWord(form.label);
  const signed = document.state === "signed" || document.state === "amended";
  const back = circle === null ? `/coordination/children/${document.child}` : `/circles/${circle}/documents`;
  return h(
    "header",
    { class: "stack-tight" },
    h("a", { class: "back-link", href: back }, icon("back", "small"), childName(child)),
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
    signed && form.relay && form.readers.length === 0 && givenPlace(opened),
    readersNote(form),
    form.help !== null && h("p", { class: "soft" }, labelWord(form.help)),
    isOlder && h("p", { class: "banner banner-warm" }, icon("info"), h("span", null, t("Ce document suit une version plus ancienne du formulaire ({version}), et la garde.", { version: form.version }))),
    h("p", { class: "print-only" }, t("Né le {day}. Imprimé le {today}.", { day: dateOf(child.birth_date), today: dateOf(Date.now()) })),
    struck(document, names),
  );
}

/** Where it is given to the family; that comes once the page stands. */
function givenPlace({ context, document, setting }: Opened): HTMLElement {
  const place = h("div", { class: "stack-tight screen-only" });
  const given = { ronde: context.ronde, path: `/documents/${document.id}/handing`, people: setting.people };
  void import("../handing/part.ts").then(async ({ fillHanding }) => await fillHanding(place, given));
  return place;
}

/** Who may read what is written on this form, where that is not everybody of the circle. */
function readersNote(form: FormDefinition): Child {
  if (form.readers.length === 0) return null;
  const who = [...new Set([...form.fillers, ...form.readers])].map(seatWord).join(", ");
  return h("p", { class: "row soft" }, icon("lock", "small"), h("span", null, t("Lisible par : {who}", { who })));
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

function strikeButton(context: PageContext, document: DocumentView): HTMLElement {
  const words = t("Marquer comme saisi par erreur");
  const strike = async (): Promise<void> => (await import("../documents/signing.ts")).openStrike(context, document);
  return h("button", { class: "icon-button", type: "button", "aria-label": words, title: words, onclick: strike }, icon("trash"));
}
