/** The board's pure parts: what an address filters by, where each finding is mended, how long a bar is. */

import assert from "node:assert/strict";
import { test } from "node:test";

import type { ChildId, CircleId, ProfessionalId } from "../../web/client/core/ids.ts";
import { mendOf, togetherOf } from "../../web/client/ui/coordination/board_acts.ts";
import { boardPath, csvPath, filterIn, isNarrowed, totalsPath } from "../../web/client/ui/coordination/board_filter.ts";
import { type Act, type BoardFinding, type BoardLine, FINDINGS } from "../../web/client/ui/coordination/board_served.ts";
import { type Names, detailOf, findingWord, spanWord } from "../../web/client/ui/coordination/board_words.ts";
import { along } from "../../web/client/ui/coordination/report_bars.ts";
import type { Figure, ReportPathway } from "../../web/client/ui/coordination/report_served.ts";
import { keyWord, sentenceOf } from "../../web/client/ui/coordination/report_words.ts";

const ID = "abcdefghijklmnopqrstuvwxyz";
const NO_CIRCLES: ReadonlySet<string> = new Set();

function line(circle: string | null): BoardLine {
  const child = { id: "kid" as ChildId, circle: circle as CircleId | null };
  return { child: child as BoardLine["child"], structure: null, department: null, findings: [] };
}

function finding(act: Act, given: Partial<BoardFinding> = {}): BoardFinding {
  return { code: "visit_late", act, target: "V24", since: null, until: null, days: null, missing: [], who: null, ...given };
}

const names: Names = {
  visit: (code) => `visite ${code}`,
  form: (code) => `formulaire ${code}`,
  person: (id) => (id === "ben" ? "Ben Lavigne" : null),
};

test("an address says what is filtered, and what makes no sense there is left out", () => {
  const filter = filterIn(new URLSearchParams(`finding=lost&department=2A&structure=${ID}&physician=x&age=121`));

  assert.deepEqual(filter, { finding: "lost", department: "2A", structure: ID, physician: null, age: null });
  assert.equal(isNarrowed(filter), true);
  assert.equal(isNarrowed(filterIn(new URLSearchParams("finding=lost"))), false);
  assert.equal(filterIn(new URLSearchParams("finding=lost%20or")).finding, null);
});

test("totals are of everything that is found, lines and table only of what is asked for", () => {
  const filter = filterIn(new URLSearchParams("finding=visit_late&age=2"));

  assert.equal(totalsPath(filter), "/coordination/board/totals?age=2");
  assert.equal(boardPath(filter, { after: "kid", limit: 50 }), "/coordination/board?finding=visit_late&age=2&limit=50&after=kid");
  assert.equal(csvPath(filter), "/api/v1/coordination/board/csv?finding=visit_late&age=2");
  assert.equal(csvPath(filterIn(new URLSearchParams())), "/api/v1/coordination/board/csv");
});

test("each act leads to where it is done", () => {
  const ways: readonly (readonly [Act, Partial<BoardFinding>, string])[] = [
    ["book_visit", {}, "/coordination/children/kid?book=V24"],
    ["see_to_notice", {}, "/coordination/children/kid#appointments"],
    ["settle_appointment", {}, "/coordination/children/kid#appointments"],
    ["record_consent", {}, "/coordination/children/kid?edit=consent"],
    ["qualify_identity", {}, "/coordination/children/kid?edit=identity"],
    ["open_forfait", {}, "/circles/round/care"],
    ["review_forfait", {}, "/circles/round/care"],
    ["renew_convention", { who: "ben" as ProfessionalId }, "/coordination/professionals/ben"],
    ["convene_meeting", {}, "/circles/round/meetings"],
    ["record_departure", {}, "/children/kid/departure"],
    ["complete_file", { missing: ["gestational_age", "form:F05"] }, "/coordination/children/kid?fact=gestational_age"],
    ["complete_file", { missing: ["form:F05"] }, "/coordination/write/kid"],
    ["complete_file", { missing: ["circle"] }, "/coordination/circles/kid"],
    ["complete_file", { missing: ["holder_of_authority"] }, "/coordination/children/kid#family"],
  ];

  for (const [act, given, href] of ways) assert.deepEqual(mendOf(line("round"), finding(act, given), NO_CIRCLES), { href }, act);
  assert.deepEqual(mendOf(line(null), finding("contact_family"), NO_CIRCLES), { opens: "contact" });
  assert.deepEqual(mendOf(line(null), finding("choose_physician"), NO_CIRCLES), { opens: "physician" });
});

test("somebody is reminded in the child's discussion where one writes there, and looked up elsewhere", () => {
  const theirs = finding("remind_professional", { who: "ben" as ProfessionalId });

  assert.deepEqual(mendOf(line("round"), theirs, new Set(["round"])), { opens: "reminder" });
  assert.deepEqual(mendOf(line("round"), theirs, NO_CIRCLES), { href: "/coordination/professionals/ben" });
  assert.deepEqual(mendOf(line("round"), finding("remind_professional"), new Set(["round"])), { href: "/circles/round/care" });
});

test("several are mended by one answer only where one answer fits all", () => {
  const together = (act: Act): unknown => togetherOf(finding(act), mendOf(line("round"), finding(act), NO_CIRCLES));

  assert.equal(together("choose_physician"), "physician");
  assert.equal(together("book_visit"), "families");
  assert.equal(together("contact_family"), "families");
  assert.equal(together("record_consent"), null);
});

test("everything that can be found has a name, and says exactly what", () => {
  assert.equal(new Set(FINDINGS.map(findingWord)).size, FINDINGS.length);
  assert.equal(detailOf(finding("contact_family", { code: "lost", missing: ["V18", "V24"] }), names), "visite V18 et visite V24");
  assert.match(detailOf(finding("complete_file", { code: "file_incomplete", missing: ["gestational_age", "form:F05"] }), names), /le terme et «\s?formulaire F05\s?»/u);
  assert.equal(detailOf(finding("remind_professional", { code: "document_unsigned", who: "ben" as ProfessionalId }), names), "Brouillon de Ben Lavigne");
});

test("since when is told in days, and so is how soon", () => {
  assert.match(spanWord(finding("book_visit", { since: "2026-01-01", days: 12 })), /^depuis 12\sjours$/u);
  assert.match(spanWord(finding("renew_convention", { until: "2999-01-01", days: 1 })), /^dans 1\sjour$/u);
  assert.match(spanWord(finding("renew_convention", { until: "2001-01-01", days: 3 })), /^depuis 3\sjours$/u);
  assert.equal(spanWord(finding("see_to_notice")), "");
});

test("a bar is as long as its part of the whole, and never longer", () => {
  assert.deepEqual([along(1, 3), along(3, 3), along(9, 3), along(0, 3), along(1, 0)], [33.3, 100, 100, 0, 0]);
});

const PATHWAY: ReportPathway = {
  indicators: [{ code: "exits", note: null, measure: { word: "exits", by: "reason", form: null } }],
  inclusion: { criteria: [] },
  exits: [{ code: "pco", label: { fr: "PCO", en: "PCO" } }],
  disciplines: [],
  forms: {},
};

function figure(given: Partial<Figure>): Figure {
  const none = { numerator: null, denominator: null, percent: null, baseline: null, median: null, lower_quartile: null, upper_quartile: null, mean: null };
  return { code: "exits", label: { fr: "Sorties", en: "Exits" }, mark: "A", n: 0, few: false, parts: [], ...none, ...given };
}

test("a share of few says what it is of and no percentage", () => {
  const few = sentenceOf(figure({ n: 5, numerator: 3, denominator: 5, few: true, baseline: 63 }), PATHWAY);
  const many = sentenceOf(figure({ n: 60, numerator: 47, denominator: 60, percent: 78.3, baseline: 63 }), PATHWAY);

  assert.match(few, /^3 sur 5\s: trop peu/u);
  assert.doesNotMatch(few, /%/u);
  assert.match(many, /^78,3\s%, soit 47 sur 60\. Référence\s: 63\s%\.$/u);
  assert.equal(sentenceOf(figure({}), PATHWAY), "Rien à compter cette année.");
});

test("a part is called as the pathway calls it, else by our own word, else by its code", () => {
  const called = ["pco", "unknown", "zzz"].map((key) => keyWord(key, figure({ n: 3 }), PATHWAY));

  assert.deepEqual(called, ["PCO", "non renseigné", "zzz"]);
});
