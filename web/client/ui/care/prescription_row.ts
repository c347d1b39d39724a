/** A prescription on the child's page: what was asked, by whom, where it stands. */

import { dateOf, shortDay } from "../dates.ts";
import { type Child, h } from "../dom.ts";
import type { People } from "../feed/people.ts";
import { icon } from "../icons.ts";
import { t } from "../words.ts";
import type { EarlyCare, PrescriptionView } from "./served.ts";
import { disciplineWord, prescribedWords, prescriptionStateWord } from "./words.ts";

/** Draw a prescription with what may be done about it. */
export function prescriptionRow(prescription: PrescriptionView, care: EarlyCare, people: People, acts: Child): HTMLElement {
  const { state, urgent, cancellation } = prescription;
  const late = isLate(prescription);
  return h(
    "li",
    { class: "list-row care-prescription" },
    h("span", { class: "list-lead" }, icon("document")),
    h(
      "div",
      { class: "list-main stack-tight" },
      h(
        "p",
        { class: "list-title row" },
        disciplineWord(care, prescription.discipline),
        urgent && state === "signed" && h("span", { class: "badge badge-danger" }, t("Sans attendre")),
        h("span", { class: state === "signed" ? "badge badge-warm" : "badge" }, prescriptionStateWord(state)),
      ),
      h("p", { class: "list-note" }, [prescribedWords(prescription), people.name(prescription.prescriber), dateOf(prescription.signed_on)].join(" · ")),
      prescription.reason !== "" && h("p", { class: "small" }, prescription.reason),
      prescription.professional !== null && state === "signed" && h("p", { class: "small soft" }, t("Souhaité : {name}", { name: people.name(prescription.professional) })),
      state === "signed" && prescription.open_by !== null && h("p", { class: late ? "small danger-text" : "small soft" }, late ? t("Le forfait aurait dû être ouvert le {day}.", { day: shortDay(prescription.open_by) }) : t("Forfait à ouvrir avant le {day}.", { day: shortDay(prescription.open_by) })),
      cancellation !== null && h("p", { class: "small soft" }, t("Annulée par {who} : {reason}", { who: people.name(cancellation.by), reason: cancellation.reason })),
      acts !== null && h("div", { class: "button-row" }, acts),
    ),
  );
}

function isLate({ open_by: day }: PrescriptionView): boolean {
  return day !== null && day < new Date().toLocaleDateString("sv-SE");
}
