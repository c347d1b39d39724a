/** A message's text as nodes: names of people stand out, links can be followed, nothing else. */

import type { ProfessionalId } from "../../core/ids.ts";
import { type Child, h } from "../dom.ts";
import type { People } from "./people.ts";

/** A sign that is not seen ends a link: it could turn the rest of it round (UAX 9). */
const LINK = /https:\/\/[^\s\p{Cf}<>"']+[^\s\p{Cf}<>"'.,;:!?)\]»]/gu;

/** A sign that French sets off by a space never begins a line, however it was typed. */
const LONE = /(?<=\S) (?=[:;!?»](?:\s|$))/gu;
const NO_BREAK = "\u00a0";

/** Set a text with its mentions and links; line breaks are kept by the stylesheet. */
export function rich(
  text: string,
  mentions: readonly ProfessionalId[],
  people: People,
  me: ProfessionalId,
): Child[] {
  let pieces: Child[] = [text.replace(LONE, NO_BREAK)];
  for (const id of mentions) {
    const name = `@${people.name(id)}`;
    const look = id === me ? "mention mention-me" : "mention";
    pieces = split(pieces, (piece) => between(piece.split(name), () => h("span", { class: look }, name)));
  }
  return split(pieces, linked);
}

/** Find in a text whom it names: « @ » and the full name of a member. */
export function mentionsIn(text: string, people: People): ProfessionalId[] {
  return people.all
    .filter((each) => text.includes(`@${each.given} ${each.family}`))
    .map((each) => each.id);
}

function split(pieces: readonly Child[], cut: (piece: string) => Child[]): Child[] {
  return pieces.flatMap((piece) => (typeof piece === "string" ? cut(piece) : [piece]));
}

function between(parts: readonly string[], make: () => Child): Child[] {
  return parts.flatMap((part, at) => (at === 0 ? [part] : [make(), part]));
}

function linked(text: string): Child[] {
  const made: Child[] = [];
  let from = 0;
  for (const found of text.matchAll(LINK)) {
    const href = found[0];
    made.push(text.slice(from, found.index), anchor(href));
    from = found.index + href.length;
  }
  return [...made, text.slice(from)];
}

function anchor(href: string): HTMLElement {
  return h("a", { href, target: "_blank", rel: "noopener noreferrer" }, href);
}
