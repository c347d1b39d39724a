/** The documents of a child's pathway: what waits for a signature, and what is signed. */

import type { CircleId } from "../../core/ids.ts";
import type { Ronde } from "../../shell/ronde.ts";
import { type CircleFrame, circleFrame } from "../circle/frame.ts";
import { childName } from "../circle/naming.ts";
import { dayAndTime } from "../dates.ts";
import { type Child, h } from "../dom.ts";
import { pathwayOf } from "../documents/pathway.ts";
import { documentBadge } from "../documents/badge.ts";
import type { DocumentView, FormDefinition, PathwayForm } from "../documents/served.ts";
import { icon } from "../icons.ts";
import { labelWord } from "../nomenclature.ts";
import type { Page, PageContext } from "../router.ts";
import type { Listing } from "../served.ts";
import { t } from "../words.ts";

export async function circleDocumentsPage(context: PageContext): Promise<Page> {
  const { ronde } = context;
  const frame = await circleFrame(context, "documents");
  const [pathway, documents] = await Promise.all([pathwayOf(ronde), documentsOf(ronde, frame.circle)]);
  const drafts = documents.filter((each) => each.state === "draft");
  const signed = documents.filter((each) => each.state !== "draft");
  const group = (title: string, held: readonly DocumentView[]): Child =>
    held.length > 0 &&
    h(
      "section",
      { class: "section" },
      h("h2", { class: drafts.length > 0 ? "section-title" : "visually-hidden" }, title),
      h("ul", { class: "list card card-flush" }, held.map((each) => row(each, pathway, frame))),
    );
  return {
    title: childName(frame.glance.child),
    element: h(
      "div",
      { class: "circle" },
      frame.header,
      h(
        "div",
        { class: "page" },
        h(
          "div",
          { class: "row-end" },
          h("a", { class: "button", href: `/circles/${frame.circle}/growth` }, t("Croissance")),
          h("a", { class: "button button-primary", href: `/circles/${frame.circle}/write` }, icon("plus", "small"), t("Nouveau document")),
        ),
        group(t("Brouillons à signer"), drafts),
        group(t("Signés"), signed),
        documents.length === 0 && nothing(),
      ),
    ),
  };
}

async function documentsOf(ronde: Ronde, circle: CircleId): Promise<readonly DocumentView[]> {
  const found: DocumentView[] = [];
  let after: string | null = "";
  while (after !== null) {
    const path: string = `/circles/${circle}/documents?after=${after}`;
    const { value }: { value: Listing<DocumentView> } = await ronde.api.read(path);
    found.push(...value.items);
    after = value.next;
  }
  const changed = (each: DocumentView): string => each.versions.at(-1)?.saved_at ?? "";
  return found.sort((one, other) => changed(other).localeCompare(changed(one)));
}

function row(document: DocumentView, pathway: PathwayForm, frame: CircleFrame): HTMLElement {
  const form = formOf(pathway, document.form);
  const last = document.versions.at(-1);
  const notes = last === undefined ? [] : [frame.people.name(last.author), dayAndTime(last.saved_at)];
  return h(
    "li",
    null,
    h(
      "a",
      { class: document.strike === null ? "list-row list-link" : "list-row list-link struck", href: `/documents/${document.id}` },
      h("span", { class: "list-lead" }, icon("document")),
      h(
        "span",
        { class: "list-main stack-tight" },
        h("span", { class: "list-title" }, form === undefined ? document.form : labelWord(form.label)),
        h("span", { class: "list-note" }, notes.join(" · ")),
        form !== undefined && form.readers.length > 0 && h("span", { class: "list-note row" }, icon("lock", "small"), t("lecture restreinte")),
      ),
      h("span", { class: "list-end" }, documentBadge(document.state)),
    ),
  );
}

/** A form by the code that a document knows it by, which may be a former one. */
function formOf(pathway: PathwayForm, code: string): FormDefinition | undefined {
  return pathway.forms[code] ?? Object.values(pathway.forms).find((each) => each.formerly.includes(code));
}

function nothing(): HTMLElement {
  return h(
    "div",
    { class: "empty" },
    icon("document"),
    h("p", { class: "empty-title" }, t("Aucun document pour l'instant")),
    h("p", null, t("Les visites et bilans de cet enfant apparaîtront ici, du brouillon à la signature.")),
  );
}
