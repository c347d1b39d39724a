/**
 * What a coordinator signs of those who come into a circle: their profession, or that they
 * coordinate it.
 *
 * It is the server that names them so, and the signature that makes it true for the circle:
 * whoever is signed in as a coordinator lets others in and out.
 */

import { confirm } from "../dialog.ts";
import { type Child, h } from "../dom.ts";
import { icon } from "../icons.ts";
import { seatWord } from "../nomenclature.ts";
import { fullName } from "../parts/avatar.ts";
import { t } from "../words.ts";
import type { Composition } from "./composition.ts";
import { seatOf } from "./people.ts";
import type { Colleague } from "./served.ts";

const COORDINATOR = "coordinator";

/** List whom one is about to sign in, and as what; nothing where nobody is. */
export function seats(composition: Composition): Child {
  const coming = comingIn(composition);
  if (coming.length === 0) return null;
  const line = (each: Colleague): HTMLElement =>
    h(
      "li",
      { class: seatOf(each) === COORDINATOR ? "strong" : "" },
      t("{name} : {role}", { name: fullName(each), role: seatWord(seatOf(each)) }),
    );
  return h(
    "div",
    { class: "banner" },
    icon("shield"),
    h(
      "div",
      { class: "stack-tight" },
      h("p", null, t("Vous répondez devant le cercle de qui entre, et à quel titre :")),
      h("ul", { class: "list" }, coming.map(line)),
      h("p", { class: "small" }, t("Un titre est faux ? N'allez pas plus loin : faites corriger l'annuaire.")),
    ),
  );
}

/** Ask before somebody is signed in who will let others in and out; true where nobody is. */
export async function trusts(composition: Composition): Promise<boolean> {
  const heads = comingIn(composition).filter((each) => seatOf(each) === COORDINATOR);
  if (heads.length === 0) return true;
  return await confirm({
    title: t("Faire entrer comme coordinatrice ?"),
    text: t("{names} : cette personne pourra, comme vous, faire entrer et sortir du cercle. Le savez-vous autrement que par cette page ?", {
      names: heads.map(fullName).join(", "),
    }),
    action: t("Oui, faire entrer"),
  });
}

function comingIn(composition: Composition): readonly Colleague[] {
  return composition.chosen.flatMap((id) => composition.colleagues.get(id) ?? []);
}
