/** Look for words in what this device holds; nothing leaves it. */

import type { EntryId } from "../../core/ids.ts";
import type { Conversation, Ronde, SearchHit } from "../../shell/ronde.ts";
import { dayAndTime } from "../dates.ts";
import { openDialog } from "../dialog.ts";
import { announce, fill, freshId, h } from "../dom.ts";
import { t, tn } from "../words.ts";
import type { People } from "./people.ts";

const PAUSE_MS = 200;
const SHORTEST = 2;

export type SearchOptions = {
  readonly ronde: Ronde;
  readonly conversation: Conversation;
  readonly people: People;
  readonly jump: (entry: EntryId) => void;
};

/** Open the search of a discussion. */
export function openSearch(options: SearchOptions): void {
  const id = freshId("search");
  const field = h("input", { class: "input", id, type: "search", autocomplete: "off", autofocus: true });
  const results = h("ul", { class: "list" });
  const status = h("p", { class: "small muted", role: "status" });
  let running = new AbortController();
  let pause: ReturnType<typeof setTimeout> | undefined;
  const look = async (): Promise<void> => {
    running.abort();
    running = new AbortController();
    const { signal } = running;
    const text = field.value.trim();
    fill(results);
    status.textContent = text.length < SHORTEST ? "" : t("Recherche…");
    if (text.length < SHORTEST) return;
    let found = 0;
    const hit = (each: SearchHit): void => {
      if (signal.aborted) return;
      found += 1;
      results.append(row(each, options, () => dialog.close()));
    };
    await options.ronde.search(text, hit, { channel: options.conversation.channel, signal });
    if (signal.aborted) return;
    const words = found === 0 ? t("Rien trouvé sur cet appareil.") : tn("{n} message trouvé", "{n} messages trouvés", found);
    status.textContent = words;
    announce(words);
  };
  field.addEventListener("input", () => {
    clearTimeout(pause);
    pause = setTimeout(() => void look(), PAUSE_MS);
  });
  const dialog = openDialog({
    title: t("Chercher dans la discussion"),
    wide: true,
    body: [
      h("div", { class: "field" }, h("label", { class: "visually-hidden", for: id }, t("Mots à chercher")), field),
      status,
      results,
    ],
    closed: () => running.abort(),
  });
  field.focus();
}

function row(hit: SearchHit, options: SearchOptions, close: () => void): HTMLElement {
  const { inside, author, at, id } = hit.entry;
  const text = inside.kind === "content" && "text" in inside.content ? inside.content.text : titleOf(hit);
  const go = (): void => {
    close();
    options.jump(id);
  };
  return h(
    "li",
    null,
    h(
      "button",
      { class: "list-row list-link hit", type: "button", onclick: go },
      h(
        "span",
        { class: "list-main" },
        h("span", { class: "list-note" }, options.people.name(author?.professional ?? null), " · ", dayAndTime(at)),
        h("span", { class: "hit-text" }, text),
      ),
    ),
  );
}

function titleOf(hit: SearchHit): string {
  const { inside } = hit.entry;
  if (inside.kind !== "content") return "";
  const { content } = inside;
  if ("title" in content) return content.title ?? ("note" in content ? content.note : "");
  return "label" in content ? content.label : "";
}
