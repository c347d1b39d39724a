/** The documents of a child's pathway, and what can be begun now. */

import type { CircleId } from "../../core/ids.ts";
import type { Ronde } from "../../shell/ronde.ts";
import { type CircleFrame, childName, circleFrame } from "../circle/frame.ts";
import { dayAndTime } from "../dates.ts";
import { openDialog } from "../dialog.ts";
import { type Child, h } from "../dom.ts";
import { documentBadge } from "../documents/reading.ts";
import type { DocumentView, PathwayForm } from "../documents/served.ts";
import { said } from "../faults.ts";
import { busy } from "../form.ts";
import { icon } from "../icons.ts";
import { labelWord } from "../nomenclature.ts";
import type { Page, PageContext } from "../router.ts";
import type { Listing } from "../served.ts";
import { toast } from "../toast.ts";
import { t } from "../words.ts";

export async function circleDocumentsPage(context: PageContext): Promise<Page> {
  const { ronde } = context;
  const frame = await circleFrame(context, "documents");
  const { value: pathway } = await ronde.api.read<PathwayForm>("/pathway");
  const documents = await documentsOf(ronde, frame.circle);
  return {
    title: childName(frame.glance.child),
    element: h(
      "div",
      { class: "circle" },
      frame.header,
      h(
        "div",
        { class: "page" },
        h("div", { class: "row-end" }, beginButton(context, frame, pathway)),
        documents.length === 0 ? nothing() : h("ul", { class: "list card card-flush" }, documents.map((each) => row(each, pathway, frame))),
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
  const form = pathway.forms[document.form];
  const last = document.versions.at(-1);
  const notes = [last === undefined ? "" : frame.people.name(last.author), last === undefined ? "" : dayAndTime(last.saved_at)];
  return h(
    "li",
    null,
    h(
      "a",
      { class: "list-row list-link", href: `/documents/${document.id}` },
      h("span", { class: "list-lead" }, icon("document")),
      h(
        "span",
        { class: "list-main stack-tight" },
        h("span", { class: "list-title" }, form === undefined ? document.form : labelWord(form.label)),
        h("span", { class: "list-note" }, notes.filter(Boolean).join(" · ")),
      ),
      h("span", { class: "list-end" }, documentBadge(document.state)),
    ),
  );
}

function beginButton(context: PageContext, frame: CircleFrame, pathway: PathwayForm): Child {
  const me = context.ronde.me?.professional ?? null;
  const profession = frame.glance.members.find((each) => each.professional === me)?.profession ?? "";
  const forms = Object.values(pathway.forms).filter((each) => each.fillers.length === 0 || each.fillers.includes(profession));
  if (forms.length === 0) return null;
  const choose = (): void => {
    const start = async (button: HTMLElement, code: string, visit: string | null): Promise<void> => {
      try {
        const body = { form: code, visit, answers: {} };
        const made = await busy(button, context.ronde.api.ask<DocumentView>("POST", `/circles/${frame.circle}/documents`, body));
        dialog.close();
        context.go(`/documents/${made.id}`);
      } catch (error) {
        toast(said(error));
      }
    };
    const dialog = openDialog({
      title: t("Quel document ?"),
      body: h(
        "ul",
        { class: "stack-tight" },
        forms.map((form) => {
          const button: HTMLElement = h(
            "button",
            { class: "button button-wide", type: "button", onclick: () => start(button, form.code, form.visit) },
            labelWord(form.label),
          );
          return h("li", null, button);
        }),
      ),
    });
  };
  return h("button", { class: "button button-primary", type: "button", onclick: choose }, icon("plus", "small"), t("Nouveau document"));
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
