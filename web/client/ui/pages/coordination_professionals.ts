/** Everybody of the network, with convention, account and identity. */

import { Directory, type Filter } from "../coordination/directory.ts";
import { notYours } from "../coordination/office.ts";
import { officePage } from "../coordination/office_page.ts";
import { Paged } from "../coordination/paged.ts";
import { PROFESSIONALS } from "../coordination/people.ts";
import { uninvited, unsigned, unverified } from "../coordination/needs.ts";
import { powersOf } from "../coordination/powers.ts";
import type { Colleague } from "../coordination/served.ts";
import { accountBadge, conventionBadge, identityBadge } from "../coordination/words.ts";
import { h } from "../dom.ts";
import { icon } from "../icons.ts";
import { professionWord } from "../nomenclature.ts";
import { avatar, fullName } from "../parts/avatar.ts";
import type { Page, PageContext } from "../router.ts";
import { t } from "../words.ts";

export async function coordinationProfessionalsPage(context: PageContext): Promise<Page> {
  const { ronde } = context;
  const title = t("Professionnels");
  const powers = powersOf(ronde.me?.role);
  if (!powers.children && !powers.people) return { title, element: notYours() };
  const paged = new Paged<Colleague>(ronde, PROFESSIONALS);
  await paged.more();
  const list = new Directory(context, {
    paged,
    filters: filters(),
    name: (each) => `${each.family_name} ${each.given_name}`,
    row,
    empty: h("div", { class: "empty" }, icon("people"), h("p", { class: "empty-title" }, t("Personne encore"))),
  });
  const action = powers.people
    ? [
        h("a", { class: "button", href: "/coordination/import" }, t("Importer un fichier")),
        h("a", { class: "button button-primary", href: "/coordination/professionals/new" }, icon("plus", "small"), t("Nouveau professionnel")),
      ]
    : null;
  return { title, element: officePage(context, "professionals", { title, action, body: list.element }), arrived: () => list.arrived() };
}

function filters(): readonly Filter<Colleague>[] {
  const among = (needs: (all: readonly Colleague[]) => readonly Colleague[]) => (each: Colleague): boolean => needs([each]).length > 0;
  return [
    { value: "", label: t("Tous"), keeps: () => true },
    { value: "identity", label: t("Identité à vérifier"), keeps: among((all) => unverified(all, undefined)) },
    { value: "convention", label: t("Convention à suivre"), keeps: among((all) => unsigned(all)) },
    { value: "account", label: t("Compte jamais ouvert"), keeps: among(uninvited) },
  ];
}

function row(colleague: Colleague): HTMLElement {
  return h(
    "li",
    null,
    h(
      "a",
      { class: "list-row list-link", href: `/coordination/professionals/${colleague.id}` },
      avatar(colleague, { id: colleague.id }),
      h(
        "span",
        { class: "list-main office-line" },
        h("span", { class: "list-title" }, fullName(colleague)),
        h("span", { class: "list-note" }, professionWord(colleague.profession, colleague.role)),
        h("span", { class: "row office-badges" }, conventionBadge(colleague), identityBadge(colleague), accountBadge(colleague)),
      ),
      h("span", { class: "list-end muted" }, icon("forward", "small")),
    ),
  );
}
