/** How a child grows: its own measures over time, one curve for each. */

import { childFrame } from "../documents/child_frame.ts";
import { curveCard } from "../documents/curve.ts";
import { type SeriesView, curvesOf } from "../documents/growth.ts";
import { h } from "../dom.ts";
import { icon } from "../icons.ts";
import type { Page, PageContext } from "../router.ts";
import type { Listing } from "../served.ts";
import { t } from "../words.ts";

export async function circleGrowthPage(context: PageContext): Promise<Page> {
  const frame = await childFrame(context, "pathway");
  const { value } = await context.ronde.api.read<Listing<SeriesView>>(`/children/${frame.child.id}/growth`);
  const curves = curvesOf(value.items);
  const back = h("a", { class: "back-link", href: frame.address("pathway") }, icon("back", "small"), t("Parcours"));
  const about =
    frame.child.corrected_from === null
      ? t("Les points sont ceux de l'enfant, à son âge. Aucune courbe de référence n'est montrée.")
      : t("Les points sont ceux de l'enfant, en âge corrigé jusqu'à {n} mois. Aucune courbe de référence n'est montrée.", { n: frame.child.corrected_until_months });
  return frame.page(
    back,
    h("h2", { class: "page-title" }, t("Croissance")),
    curves.length === 0
      ? h(
          "div",
          { class: "empty" },
          icon("document"),
          h("p", { class: "empty-title" }, t("Aucune mesure signée pour l'instant")),
          h("p", null, t("Poids, taille et périmètre crânien apparaîtront ici dès la première visite signée.")),
        )
      : [h("p", { class: "soft" }, about), h("div", { class: "curves" }, curves.map((each) => curveCard(each, (document) => context.go(`/documents/${document}`))))],
  );
}
