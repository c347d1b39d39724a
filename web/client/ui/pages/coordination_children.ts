/** All children of the network, by name, with what each of them waits for. */

import { childName } from "../circle/naming.ts";
import { Directory, type Filter } from "../coordination/directory.ts";
import { notYours } from "../coordination/office.ts";
import { officePage } from "../coordination/office_page.ts";
import { Paged } from "../coordination/paged.ts";
import { CHILDREN, colleaguesOf } from "../coordination/people.ts";
import { powersOf } from "../coordination/powers.ts";
import { badge } from "../coordination/words.ts";
import { ageWords, nextWords } from "../circle/naming.ts";
import { type Child, h } from "../dom.ts";
import { icon } from "../icons.ts";
import { stageWord } from "../nomenclature.ts";
import { fullName } from "../parts/avatar.ts";
import type { Page, PageContext } from "../router.ts";
import type { ChildHeader } from "../served.ts";
import { t, tn } from "../words.ts";

export async function coordinationChildrenPage(context: PageContext): Promise<Page> {
  const { ronde, signal } = context;
  const title = t("Enfants");
  if (!powersOf(ronde.me?.role).children) return { title, element: notYours() };
  const paged = new Paged<ChildHeader>(ronde, CHILDREN);
  await paged.more();
  const physicians = new Map<string, string>();
  const list = new Directory(context, {
    paged,
    filters: filters(),
    name: childName,
    row: (child) => row(child, physicians),
    empty: nobody(),
  });
  const learnNames = async (): Promise<void> => {
    for (const each of await colleaguesOf(ronde, signal)) physicians.set(each.id, fullName(each));
    if (!signal.aborted) list.redraw();
  };
  return {
    title,
    element: officePage(context, "children", { title, action: newChild(powersOf(ronde.me?.role).decide), body: list.element }),
    arrived: () => {
      list.arrived();
      learnNames().catch(() => undefined);
    },
  };
}

function newChild(imports: boolean): Child {
  return [
    imports && h("a", { class: "button", href: "/coordination/import" }, t("Importer un fichier")),
    h("a", { class: "button button-primary", href: "/coordination/children/new" }, icon("plus", "small"), t("Inscrire un enfant")),
  ];
}

function filters(): readonly Filter<ChildHeader>[] {
  return [
    { value: "", label: t("Tous"), keeps: () => true },
    { value: "inclusion", label: t("À inclure"), keeps: (each) => each.included_on === null },
    { value: "circle", label: t("Sans cercle"), keeps: (each) => each.included_on !== null && each.circle === null },
    { value: "physician", label: t("Sans médecin référent"), keeps: (each) => each.referring_physician === null },
    { value: "late", label: t("En retard"), keeps: (each) => each.late_visits.length > 0 },
  ];
}

function row(child: ChildHeader, physicians: ReadonlyMap<string, string>): HTMLElement {
  const next = nextWords(child);
  const physician = child.referring_physician === null ? null : physicians.get(child.referring_physician);
  return h(
    "li",
    null,
    h(
      "a",
      { class: "list-row list-link", href: `/coordination/children/${child.id}` },
      h(
        "span",
        { class: "list-main office-line" },
        h("span", { class: "list-title" }, childName(child)),
        h("span", { class: "list-note" }, [ageWords(child), stageWord(child.stage)].join(" · ")),
        h("span", { class: "list-note" }, [physician === undefined ? null : (physician ?? null), next].filter((each) => each !== null).join(" · ")),
        h("span", { class: "row office-badges" }, badges(child)),
      ),
      h("span", { class: "list-end muted" }, icon("forward", "small")),
    ),
  );
}

function badges(child: ChildHeader): Child[] {
  const late = child.late_visits.length;
  return [
    late > 0 && badge("danger", "warning", tn("{n} visite en retard", "{n} visites en retard", late)),
    child.included_on === null && badge("warm", "clock", t("À inclure")),
    child.included_on !== null && child.circle === null && badge("warm", "circles", t("Sans cercle")),
    child.referring_physician === null && badge("warm", "people", t("Sans médecin référent")),
  ];
}

function nobody(): HTMLElement {
  return h(
    "div",
    { class: "empty" },
    icon("circles"),
    h("p", { class: "empty-title" }, t("Aucun enfant pour l'instant")),
    h("p", null, t("Inscrivez le premier : son nom, sa naissance, et qui prévenir.")),
  );
}
