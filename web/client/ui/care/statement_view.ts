/** A month's statement: its lines, what they come to, and what may be done with it. */

import type { ChildId } from "../../core/ids.ts";
import { dateOf, shortDay } from "../dates.ts";
import { type Child, h } from "../dom.ts";
import { icon } from "../icons.ts";
import { language, t, tn } from "../words.ts";
import type { StatementLine, StatementView } from "./served.ts";
import { causeWord, euros, monthWord, partWord, statementStateWord, unpricedWords } from "./words.ts";

export type StatementGiven = {
  /** A discipline or a visit in words. */
  readonly actOf: (line: StatementLine) => string;
  readonly childOf: (child: ChildId) => string;
  readonly open: boolean;
  readonly acts: Child;
};

/** Draw a statement as a fold. */
export function statementFold(statement: StatementView, given: StatementGiven): HTMLDetailsElement {
  const { lines, total_cents: total, unpriced } = statement;
  return h(
    "details",
    { class: "card care-month", open: given.open },
    h(
      "summary",
      null,
      h("h2", { class: "card-title" }, monthWord(statement.month)),
      h("span", { class: lookOf(statement) }, wordOf(statement)),
      h("span", { class: "strong number nowrap" }, euros(total)),
    ),
    h("p", { class: "soft small" }, standingWords(statement)),
    unpricedWords(unpriced) !== null && h("p", { class: "signed small warm-text" }, icon("info", "small"), h("span", null, unpricedWords(unpriced))),
    lines.length === 0 ? h("p", { class: "soft" }, t("Aucune ligne ce mois-ci.")) : table(statement, given),
    h("div", { class: "care-acts screen-only" }, given.acts, papers(statement)),
  );
}

/** The ways a statement leaves the page: paper, and a table. */
function papers({ professional, month }: StatementView): Child {
  const path = `/api/v1/professionals/${professional}/statements/${month}`;
  return [
    h("a", { class: "button", href: `${path}/paper?language=${language()}`, target: "_blank", rel: "noopener" }, icon("document", "small"), t("PDF")),
    h("a", { class: "button", href: `${path}/csv`, download: `releve-${month}.csv` }, icon("download", "small"), t("CSV")),
  ];
}

function wordOf(statement: StatementView): string {
  const lasts = statement.state === "open" && !statement.may_be_validated;
  return lasts ? t("en cours") : statementStateWord(statement.state);
}

function lookOf({ state, may_be_validated: ready }: StatementView): string {
  if (state === "paid") return "badge badge-good";
  if (state === "validated") return "badge badge-accent";
  return ready ? "badge badge-warm" : "badge";
}

function standingWords(statement: StatementView): string {
  const lines = tn("{n} ligne", "{n} lignes", statement.lines.length);
  if (statement.payment !== null) return t("{lines} · payé le {day}", { lines, day: dateOf(statement.payment.on) });
  if (statement.validated_at !== null) return t("{lines} · validé le {day}, il ne change plus", { lines, day: dateOf(statement.validated_at) });
  if (statement.may_be_validated) return t("{lines} · à relire et à valider", { lines });
  return t("{lines} · le mois n'est pas terminé", { lines });
}

function table(statement: StatementView, given: StatementGiven): HTMLElement {
  return h(
    "table",
    { class: "table care-table" },
    h("caption", { class: "visually-hidden" }, t("Relevé de {month}", { month: monthWord(statement.month) })),
    h(
      "thead",
      null,
      h("tr", null, [t("Date"), t("Acte"), t("Enfant")].map((each) => h("th", { scope: "col" }, each)), h("th", { scope: "col", class: "number" }, t("Montant"))),
    ),
    h("tbody", null, statement.lines.map((each) => row(each, given))),
    h("tfoot", null, h("tr", null, h("th", { scope: "row", colspan: 3 }, t("Total")), h("td", { class: "number" }, euros(statement.total_cents)))),
  );
}

function row(line: StatementLine, given: StatementGiven): HTMLElement {
  const act = [given.actOf(line), line.part !== null && partWord(line.part)].filter(Boolean).join(", ");
  return h(
    "tr",
    null,
    h("th", { scope: "row", class: "nowrap" }, shortDay(line.on)),
    h("td", null, act, line.side === "credit" && h("span", { class: "small soft" }, " ", t("Reprise : {why}", { why: line.cause === null ? t("autre motif") : causeWord(line.cause) }))),
    h("td", null, given.childOf(line.child)),
    h("td", { class: "number" }, line.cents === null ? h("span", { class: "soft" }, t("sans tarif")) : euros(line.amount)),
  );
}
