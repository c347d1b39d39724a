/** A meeting in a list: when, where, with whom, how far it is. */

import { dayAndTime } from "../dates.ts";
import { type Child, h } from "../dom.ts";
import type { People } from "../feed/people.ts";
import { icon } from "../icons.ts";
import { t } from "../words.ts";
import { beginsAt } from "../appointments/served.ts";
import type { MeetingView } from "./served.ts";
import { adviceWord, stateLook, stateWord } from "./words.ts";

/** Tell whether a meeting has begun. */
export function hasBegun(meeting: MeetingView): boolean {
  return beginsAt({ start: meeting.starts_at, zone: meeting.zone, duration_minutes: 0, place_label: "" }) <= Date.now();
}

/** Draw a meeting; `acts` is what may be done with it. */
export function meetingCard(meeting: MeetingView, people: People, acts: Child): HTMLElement {
  return h(
    "li",
    { class: "card" },
    h("div", { class: "card-header" }, h("h3", { class: "card-title" }, dayAndTime(meeting.starts_at)), h("span", { class: stateLook(meeting.state, hasBegun(meeting)) }, stateWord(meeting.state, hasBegun(meeting)))),
    where(meeting),
    meeting.subject !== "" && h("p", { class: "message-text" }, meeting.subject),
    h("p", { class: "card-note" }, t("Avec {names}", { names: people.names(meeting.invited) })),
    meeting.advice.map((each) => h("p", { class: "signed small soft" }, icon("info", "small"), h("span", null, adviceWord(each)))),
    meeting.cancellation !== null && h("p", { class: "card-note" }, t("Annulée par {who} : {reason}", { who: people.name(meeting.cancellation.by), reason: meeting.cancellation.reason })),
    h("div", { class: "card-footer" }, acts),
  );
}

/** Where a meeting is held; a link opens elsewhere, and nowhere but on the web. */
export function where({ link, place, minutes }: Pick<MeetingView, "link" | "place" | "minutes">): Child {
  const web = /^https?:\/\//u.test(link);
  return h(
    "p",
    { class: "card-note row" },
    minutes !== null && h("span", null, t("{n} min", { n: minutes })),
    place !== "" && h("span", null, place),
    link !== "" && (web ? h("a", { href: link, target: "_blank", rel: "noopener noreferrer" }, t("Rejoindre la visioconférence")) : h("span", null, link)),
  );
}
