/** The relay file: for the next structure and for the family, on paper and for machines. */

import type { ChildId, ProfessionalId } from "../../core/ids.ts";
import type { Ronde } from "../../shell/ronde.ts";
import { dayAndTime } from "../dates.ts";
import { type Child, fill, h } from "../dom.ts";
import type { People } from "../feed/people.ts";
import { icon } from "../icons.ts";
import type { Listing, Stamp } from "../served.ts";
import { language, t } from "../words.ts";

type RelayFile = { readonly id: string; readonly kind: "paper" | "bundle" | "family"; readonly by: ProfessionalId; readonly at: Stamp };

const KINDS: Readonly<Record<RelayFile["kind"], () => string>> = {
  paper: () => t("PDF"),
  bundle: () => t("FHIR"),
  family: () => t("Ouvert par la famille"),
};

/** Offer the relay file; `makes` tells whether the reader may have it made. */
export function relaySection(given: { readonly ronde: Ronde; readonly child: ChildId; readonly people: People; readonly makes: boolean }): HTMLElement {
  const { ronde, child, people, makes } = given;
  const place = h("div", { class: "stack-tight" });
  const path = `/api/v1/children/${child}/relay`;
  const link = (href: string, look: string, words: string): HTMLElement => h("a", { class: look, href, download: true }, icon("download", "small"), words);
  const handed = h("div", { class: "stack-tight" });
  if (makes) {
    void listed(ronde, child, people, place);
    const handing = { ronde, path: `/children/${child}/relay/handing`, people };
    void import("../handing/part.ts").then(async ({ fillHanding }) => await fillHanding(handed, handing));
  }
  return h(
    "section",
    { class: "card" },
    h("h2", { class: "section-title" }, t("Dossier de relais")),
    h("p", null, t("Tout ce que la structure suivante doit savoir : identité, équipe, projet, mesures, ce qui a été fait et ce qui reste à faire. La famille peut en avoir une copie.")),
    h("p", { class: "small soft" }, t("Ce qui n'est lisible que par certains, et les coordonnées de la famille, n'y figurent pas.")),
    makes
      ? h("div", { class: "button-row" }, link(`${path}/paper?language=${language()}`, "button button-primary", t("Télécharger en PDF")), link(`${path}/bundle`, "button", t("Télécharger en FHIR")))
      : h("p", { class: "small soft" }, t("Il se télécharge par la coordination du cercle ou par le médecin référent.")),
    handed,
    place,
  );
}

/** Which files were made already, by whom. */
async function listed(ronde: Ronde, child: ChildId, people: People, place: HTMLElement): Promise<void> {
  try {
    const { items } = await ronde.api.ask<Listing<RelayFile>>("GET", `/children/${child}/relay/files`);
    const words = ({ kind, by, at }: RelayFile): string => {
      const when = dayAndTime(at);
      return kind === "family" ? `${KINDS.family()}, ${when}` : t("{kind}, {when}, par {who}", { kind: KINDS[kind](), when, who: people.name(by) });
    };
    const rows: Child = items.map((each) => h("li", { class: "small soft" }, words(each)));
    fill(place, items.length > 0 && [h("p", { class: "small strong" }, t("Déjà téléchargé")), h("ul", null, rows)]);
  } catch {
    // Whoever may not see the list may not download either: the page says so when they try.
  }
}
