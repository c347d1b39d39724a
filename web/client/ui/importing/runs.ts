/** The imports there were, the newest first. */

import { dayAndTime } from "../dates.ts";
import { h } from "../dom.ts";
import { labelWord } from "../nomenclature.ts";
import { t, tn } from "../words.ts";
import type { ImportView, SourceView } from "./served.ts";
import { STATUSES } from "./served.ts";
import { sortWord, statusWord } from "./words.ts";

/** Draw a list of imports, each the way to its report. */
export function runList(runs: readonly ImportView[], sources: readonly SourceView[], nameOf: (id: string) => string): HTMLElement {
  return h(
    "ul",
    { class: "list card card-flush" },
    runs.map((run) => h("li", null, row(run, sources, nameOf))),
  );
}

/** What a report counts, in a line: « 3 Nouvelle fiche, 1 Refusée ». */
export function countsWords(run: ImportView): string {
  const counted = STATUSES.filter((status) => (run.counts[status] ?? 0) > 0);
  return counted.map((status) => t("{what} : {n}", { what: statusWord(status), n: run.counts[status] ?? 0 })).join(" · ");
}

/** What the file was about: children, professionals, or several of them. */
export function titleOf(run: ImportView): string {
  return run.sorts.map(sortWord).join(", ");
}

function row(run: ImportView, sources: readonly SourceView[], nameOf: (id: string) => string): HTMLElement {
  const source = sources.find(({ id }) => id === run.source);
  const label = source === undefined ? run.source : labelWord(source.label);
  return h(
    "a",
    { class: "list-row list-link", href: `/coordination/import/${run.id}` },
    h(
      "span",
      { class: "list-main" },
      h("span", { class: "list-title" }, titleOf(run), ", ", tn("{n} ligne", "{n} lignes", run.lines)),
      h("span", { class: "list-note" }, t("{when}, {who}, depuis {source}", { when: dayAndTime(run.at), who: nameOf(run.by), source: label })),
      run.lines > 0 && h("span", { class: "list-note" }, countsWords(run)),
    ),
    h("span", { class: "list-end" }, stateBadge(run)),
  );
}

function stateBadge(run: ImportView): HTMLElement {
  if (run.state === "reading") return h("span", { class: "badge badge-warm" }, t("Lecture"));
  if (run.state === "applying") return h("span", { class: "badge badge-warm" }, t("En cours"));
  if (run.state === "over") return h("span", { class: "badge" }, t("Effacé"));
  return run.application === null ? h("span", { class: "badge badge-accent" }, t("À relire")) : h("span", { class: "badge badge-good" }, t("Repris"));
}
