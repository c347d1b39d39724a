/** Which form to write: what is asked for now first, then all one may fill, by stage. */

import { childFrame } from "../documents/child_frame.ts";
import { pathwayOf } from "../documents/pathway.ts";
import { type LineOfLife, type Offer, offersOf } from "../documents/life_line.ts";
import { elsewhereOf } from "../documents/elsewhere.ts";
import { stepWords } from "../documents/life_words.ts";
import type { PathwayForm } from "../documents/served.ts";
import { type Child, h } from "../dom.ts";
import { said } from "../faults.ts";
import { busy } from "../busy.ts";
import { icon } from "../icons.ts";
import { labelWord } from "../nomenclature.ts";
import type { Page, PageContext } from "../router.ts";
import { toast } from "../toast.ts";
import { t } from "../words.ts";

export async function circleWritePage(context: PageContext): Promise<Page> {
  const { ronde } = context;
  const frame = await childFrame(context, "documents");
  const [{ value: line }, pathway] = await Promise.all([ronde.api.read<LineOfLife>(`/children/${frame.child.id}/life-line`), pathwayOf(ronde)]);
  const offers = offersOf(line, pathway, frame.role);
  const urgent = offers.filter((each) => each.step !== null);
  const rest = offers.filter((each) => each.step === null);
  const group = (title: string, held: readonly Offer[]): Child =>
    held.length > 0 &&
    h("section", { class: "section" }, h("h3", { class: "section-title" }, title), h("ul", { class: "list card card-flush" }, held.map((each) => h("li", null, row(context, line, each)))));
  return frame.page(
    h("h2", { class: "page-title" }, t("Quel document ?")),
    offers.length === 0 && nothing(),
    group(t("Attendu maintenant"), urgent),
    pathway.stages.map((stage) => group(labelWord(stage.label), rest.filter((each) => each.form.stage === stage.code))),
    unknownStages(pathway, rest, group),
  );
}

/** Forms of a stage that has no name stay reachable. */
function unknownStages(pathway: PathwayForm, rest: readonly Offer[], group: (title: string, held: readonly Offer[]) => Child): Child {
  const named = new Set(pathway.stages.map((each) => each.code));
  return group(t("Autres documents"), rest.filter((each) => !named.has(each.form.stage)));
}

function row(context: PageContext, line: LineOfLife, offer: Offer): HTMLElement {
  const { form, step, paper } = offer;
  const place = form.record === "document" ? null : elsewhereOf(form.record, line.child);
  const notes = [step === null ? "" : stepWords(step, line.on), paperWord(offer), place?.words ?? ""].filter((each) => each !== "");
  const body = [
    h("span", { class: "list-lead" }, icon("document")),
    h("span", { class: "list-main stack-tight" }, h("span", { class: "list-title" }, labelWord(form.label)), notes.length > 0 && h("span", { class: "list-note" }, notes.join(" · "))),
  ];
  if (place !== null) {
    if (place.href === null) return h("p", { class: "list-row" }, body);
    return h("a", { class: "list-row list-link", href: place.href }, body, h("span", { class: "list-end" }, icon("forward", "small")));
  }
  if (paper !== null) {
    const word = paper.state === "draft" ? t("Continuer") : t("Ouvrir");
    return h("a", { class: "list-row list-link", href: `/documents/${paper.subject}` }, body, h("span", { class: "list-end small strong" }, word));
  }
  const button = h("button", { class: "list-row list-link write-row", type: "button" }, body, h("span", { class: "list-end" }, icon("plus", "small")));
  button.addEventListener("click", () => void busy(button, start(context, line, offer)));
  return button;
}

function paperWord({ paper }: Offer): string {
  if (paper === null) return "";
  return paper.state === "draft" ? t("brouillon commencé") : t("déjà écrit, à corriger au besoin");
}

async function start(context: PageContext, line: LineOfLife, { form, visit }: Offer): Promise<void> {
  try {
    const { begin } = await import("../documents/begin.ts");
    const made = await begin(context.ronde, line.child.id, form, visit);
    context.go(`/documents/${made.id}`);
  } catch (error) {
    toast(said(error));
  }
}

function nothing(): HTMLElement {
  return h(
    "div",
    { class: "empty" },
    icon("document"),
    h("p", { class: "empty-title" }, t("Aucun document à écrire pour vous")),
    h("p", null, t("Les formulaires du parcours sont remplis par d'autres métiers ; vous lirez ici ce qu'ils signent.")),
  );
}
