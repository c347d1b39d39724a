/** The yearly report: the pathway's indicators, with what each is of and what it is compared with. */

import { notYours } from "../coordination/office.ts";
import { officePage } from "../coordination/office_page.ts";
import { powersOf } from "../coordination/powers.ts";
import type { Report, ReportPathway } from "../coordination/report_served.ts";
import { reportSections } from "../coordination/report.ts";
import { type Child, h } from "../dom.ts";
import { icon } from "../icons.ts";
import "../more_icons.ts";
import type { Page, PageContext } from "../router.ts";
import { t } from "../words.ts";

const SHOWN_YEARS = 5;
const YEAR = /^2[01]\d\d$/u;

export async function coordinationReportPage(context: PageContext): Promise<Page> {
  const { ronde, place } = context;
  const powers = powersOf(ronde.me?.role);
  if (!powers.children && !powers.people) return { title: t("Rapport"), element: notYours() };
  const now = new Date().getFullYear();
  const asked = place.params["year"] ?? "";
  const year = YEAR.test(asked) ? Number(asked) : now;
  const [report, pathway] = await Promise.all([ronde.api.read<Report>(`/coordination/report/${year}`), ronde.api.read<ReportPathway>("/pathway")]);
  const title = t("Rapport {year}", { year: String(year) });
  const element = officePage(context, "report", {
    title,
    action: acts(year),
    body: [
      years(year, now),
      !report.fresh && h("p", { class: "banner banner-warm" }, icon("offline"), t("Vous voyez ce que ce navigateur a gardé.")),
      h("p", { class: "section-note" }, year === now ? t("L'année n'est pas finie : les nombres vont jusqu'à aujourd'hui.") : t("Toute l'année, telle que les dossiers la disent aujourd'hui."), " ", t("Sous onze enfants, aucun pourcentage n'est donné : un seul changerait tout.")),
      reportSections(report.value, pathway.value),
    ],
  });
  element.classList.add("page-wide");
  return { title, element };
}

function acts(year: number): Child {
  return [
    h("a", { class: "button", href: `/api/v1/coordination/report/${year}/csv`, download: true }, icon("download", "small"), t("Exporter en CSV")),
    h("button", { class: "button", type: "button", onclick: () => window.print() }, icon("print", "small"), t("Imprimer")),
  ];
}

/** The years before the one that is shown, and those after it up to now. */
function years(shown: number, now: number): HTMLElement {
  const last = Math.min(now, Math.max(shown + 1, shown + SHOWN_YEARS - 3));
  const all = Array.from({ length: SHOWN_YEARS }, (_, back) => last - back).reverse();
  return h(
    "nav",
    { class: "row screen-only", "aria-label": t("Années") },
    all.map((year) => h("a", { class: "chip", href: `/coordination/report/${year}`, "aria-current": year === shown ? "page" : null }, String(year))),
  );
}
