/**
 * The list of notices: a table where there is room, cards on a phone.
 *
 * The roles are said, since a table that is laid out as cards is none for a screen reader.
 */

import { childName } from "../circle/naming.ts";
import { dayAndTime, shortDay, timeOf } from "../dates.ts";
import { type Child, h } from "../dom.ts";
import { icon } from "../icons.ts";
import { t } from "../words.ts";
import type { NoticeLine } from "./served.ts";
import { mediumWord, nextStep, recipientWord, ruleWord, stateWord } from "./words.ts";

export type LineActs = {
  readonly again: (line: NoticeLine) => unknown;
  readonly called: (line: NoticeLine) => unknown;
};

const FAILED: ReadonlySet<string> = new Set(["dead", "expired", "unknown"]);
const RESENT: ReadonlySet<string> = new Set(["sent", "dead", "expired", "unknown"]);

/** The whole table. */
export function noticeTable(lines: readonly NoticeLine[], acts: LineActs): HTMLTableElement {
  const column = (label: string): HTMLElement => h("th", { role: "columnheader", scope: "col" }, label);
  const columns = [t("Enfant"), t("Message"), t("Où il en est"), t("À faire")];
  return h(
    "table",
    { class: "table board-table notice-table", role: "table", "aria-label": t("Les messages, un par un") },
    h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, columns.map(column))),
    lines.map((line) => noticeBody(line, acts)),
  );
}

/** One notice. */
export function noticeBody(line: NoticeLine, acts: LineActs): HTMLElement {
  const cell = (look: string, ...content: readonly Child[]): HTMLElement => h("td", { role: "cell", class: look }, content);
  return h(
    "tbody",
    { role: "rowgroup", "data-notice": line.id },
    h(
      "tr",
      { role: "row" },
      h("th", { class: "board-child", role: "rowheader", scope: "row" }, whose(line)),
      cell("board-found", what(line)),
      cell("notice-state", howFar(line)),
      cell("board-act", buttons(line, acts)),
    ),
  );
}

/** How far it got, with a sign and what to do next. */
export function howFar(line: NoticeLine): Child {
  const step = nextStep(line);
  const look = line.in_need ? "signed danger-text strong" : line.state === "sent" ? "signed" : "signed soft";
  return [
    h("span", { class: look }, icon(signOf(line), "small"), h("span", null, stateWord(line))),
    step !== null && h("span", { class: "board-note" }, step),
    line.seen_to !== null && line.seen_to.note !== "" && h("span", { class: "board-note" }, line.seen_to.note),
    line.attempts > 1 && h("span", { class: "board-note" }, t("{n} essais", { n: line.attempts })),
  ];
}

/** Draw a list anew; who stood in one of its rows goes on from the row that is there now, if there is one. */
export function drawAnew(list: HTMLElement, rows: string, draw: () => void): void {
  const held = [...list.querySelectorAll(rows)].findIndex((each) => each.contains(document.activeElement));
  draw();
  if (held < 0) return;
  const now = list.querySelectorAll(rows);
  now[Math.min(held, now.length - 1)]?.querySelector<HTMLElement>("button, a")?.focus({ preventScroll: true });
}

/** What can be done about it; a message about an hour that is over says nothing to anybody. */
export function buttons(line: NoticeLine, { again, called }: LineActs): Child {
  const button = (label: string, look: string, run: () => unknown): HTMLElement =>
    h("button", { class: look, type: "button", onclick: run }, label, h("span", { class: "visually-hidden" }, ` : ${whom(line)}`));
  const over = line.starts_at !== null && Date.parse(line.starts_at) < Date.now();
  const resends = RESENT.has(line.state) && line.rule !== "digest" && line.seen_to === null && !over;
  if (!line.in_need && !resends) return null;
  return h(
    "div",
    { class: "row notice-acts" },
    line.in_need && button(t("J'ai appelé"), "button button-small button-primary", () => called(line)),
    resends && button(t("Renvoyer"), line.in_need ? "button button-small" : "button button-small button-quiet", () => again(line)),
  );
}

/** What it is about, to whom and by which way. */
export function what(line: NoticeLine): Child {
  const about = line.starts_at !== null && t("du {day} à {time}", { day: shortDay(line.starts_at), time: timeOf(line.starts_at) });
  const link = line.child !== null && line.kind === "appointment" && about !== false;
  return [
    h("span", { class: "strong" }, ruleWord(line)),
    about !== false && (link ? h("span", null, " ", h("a", { href: `/coordination/children/${line.child}#appointments` }, about)) : ` ${about}`),
    h("span", { class: "board-note" }, [recipientWord(line), mediumWord(line.medium), ...more(line)].join(" · ")),
  ];
}

function more(line: NoticeLine): string[] {
  const told = FAILED.has(line.state) || line.state === "cancelled" ? [dayAndTime(line.at)] : [];
  if (line.again > 0) told.push(t("renvoyé"));
  if (line.is_backup) told.push(t("à la place d'un SMS"));
  return told;
}

function whose(line: NoticeLine): Child {
  if (line.child === null) return h("span", null, t("Un professionnel"));
  return h("a", { href: `/coordination/children/${line.child}#told` }, whom(line));
}

function whom({ given_name: given, family_name: family, recipient }: NoticeLine): string {
  return given === null || family === null ? (recipient ?? "") : childName({ given_name: given, family_name: family });
}

function signOf({ in_need: need, state, seen_to: seen }: NoticeLine): "warning" | "check" | "clock" | "received" | "close" {
  if (need) return "warning";
  if (seen !== null) return "check";
  if (state === "sent") return "received";
  return state === "cancelled" || FAILED.has(state) ? "close" : "clock";
}
