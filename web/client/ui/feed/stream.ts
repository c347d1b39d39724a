/**
 * The scrolling stream of a channel: `<ronde-stream>`.
 *
 * Rows are kept by key and drawn anew only when what they show has changed. The newest
 * stays in sight for whoever is at the bottom; whoever reads further up is not moved.
 */

import type { EntryId } from "../../core/ids.ts";
import { dayOf, nearDay } from "../dates.ts";
import { announce, h } from "../dom.ts";
import { icon } from "../icons.ts";
import { t, tn } from "../words.ts";
import "./drawings.ts";
import type { FeedItem } from "./fold.ts";
import { type Row, countNew, rows } from "./grouping.ts";
import { itemView } from "./items.ts";
import { preview } from "./preview.ts";
import { receiptOf } from "./receipts.ts";
import type { Scene } from "./scene.ts";

const NEAR_BOTTOM = 80;
const NEAR_TOP = 600;
const FLASH_MS = 1800;
/** How many frames rows get to take their true height, once they are in sight. */
const FRAMES_TO_SETTLE = 8;

type Held = { readonly element: HTMLElement; readonly print: string };

export class Stream extends HTMLElement {
  #scene: Scene | null = null;
  #items: readonly FeedItem[] = [];
  readonly #held = new Map<string, Held>();
  readonly #list = h("div", { class: "stream-list", role: "log", "aria-live": "off" });
  readonly #jump = h("button", { class: "stream-jump", type: "button", hidden: true });
  readonly #more = h("div", { class: "stream-more", role: "status" });
  #newAfter = 0;
  #pinned = true;
  #settling = false;
  #loading = false;
  #seen = 0;

  connectedCallback(): void {
    if (this.#list.isConnected) return;
    this.tabIndex = 0;
    this.setAttribute("role", "region");
    this.setAttribute("aria-label", t("Fil de discussion"));
    this.append(this.#more, this.#list, this.#jump);
    this.#jump.addEventListener("click", () => this.toBottom());
    this.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    const watch = new ResizeObserver(() => this.#pinned && this.toBottom());
    watch.observe(this);
    watch.observe(this.#list);
  }

  /** Show a scene; `newAfter` counts the first time only: the divider does not run ahead. */
  show(scene: Scene, items: readonly FeedItem[], newAfter: number): void {
    const first = this.#scene === null;
    const before = this.#items;
    this.#scene = scene;
    this.#items = items;
    if (first) this.#newAfter = newAfter;
    this.#draw(rows(items, this.#newAfter, scene.me));
    if (first) this.#open();
    else this.#tell(before, items);
    this.#markRead();
  }

  /** Go to the newest, and stay there. */
  toBottom(): void {
    this.#pinned = true;
    this.scrollTop = this.scrollHeight;
    this.#jump.hidden = true;
    this.#markRead();
  }

  /** Bring an entry into sight and let it stand out for a moment; false if it is not drawn. */
  flash(entry: EntryId): boolean {
    const element = this.#held.get(entry)?.element;
    if (element === undefined) return false;
    this.#pinned = false;
    element.scrollIntoView({ block: "center" });
    element.classList.add("row-flash");
    setTimeout(() => element.classList.remove("row-flash"), FLASH_MS);
    return true;
  }

  #draw(laid: readonly Row[]): void {
    const anchor = this.#pinned ? null : this.#anchor();
    this.#forget(new Set(laid.map((row) => row.key)));
    let next: ChildNode | null = this.#list.firstChild;
    for (const row of laid) next = this.#put(row, next);
    if (this.#pinned) this.scrollTop = this.scrollHeight;
    else if (anchor !== null) this.scrollTop += this.#placeOf(anchor.element) - anchor.top;
  }

  /** Take out the rows that are no more. */
  #forget(wanted: ReadonlySet<string>): void {
    for (const [key, held] of this.#held) {
      if (wanted.has(key)) continue;
      held.element.remove();
      this.#held.delete(key);
    }
  }

  /** Put a row before `next`, drawn anew if it changed; gives what the row after it goes before. */
  #put(row: Row, next: ChildNode | null): ChildNode | null {
    const old = this.#held.get(row.key)?.element;
    const element = this.#element(row);
    if (element === next) return element.nextSibling;
    const focused = old !== element && old?.contains(document.activeElement) === true;
    const before = next === old ? (old?.nextSibling ?? null) : next;
    if (old !== element) old?.remove();
    this.#list.insertBefore(element, before);
    if (focused) element.querySelector<HTMLElement>("button, a")?.focus({ preventScroll: true });
    return before;
  }

  /** What is at the top of what one sees: it must stay where it is. */
  #anchor(): { readonly element: HTMLElement; readonly top: number } | null {
    for (const child of this.#list.children) {
      const element = child as HTMLElement;
      if (element.offsetTop + element.offsetHeight >= this.scrollTop) {
        return { element, top: this.#placeOf(element) };
      }
    }
    return null;
  }

  /** How far below the top of what one sees. */
  #placeOf(element: HTMLElement): number {
    return element.offsetTop - this.scrollTop;
  }

  #element(row: Row): HTMLElement {
    const print = this.#print(row);
    const held = this.#held.get(row.key);
    if (held?.print === print) return held.element;
    const element = this.#row(row);
    this.#held.set(row.key, { element, print });
    return element;
  }

  /** All that a row's look depends on, as a string to compare. */
  #print(row: Row): string {
    if (row.kind !== "item" || this.#scene === null) return JSON.stringify(row);
    const { conversation, me, people } = this.#scene;
    const reach =
      row.item.author === me && row.item.kind === "message"
        ? receiptOf(row.item, conversation, me)
        : null;
    return JSON.stringify([row, reach, people.name(row.item.author)], plain);
  }

  #row(row: Row): HTMLElement {
    if (row.kind === "day") {
      return h("h2", { class: "divider-label stream-day" }, dayWord(row.at));
    }
    if (row.kind === "new") {
      return h("p", { class: "divider-label stream-new" }, t("Nouveaux messages"));
    }
    if (this.#scene === null) throw new Error("nothing to show yet");
    return h("div", { class: row.goesOn ? "row-item row-on" : "row-item" }, itemView(row.item, this.#scene, row.goesOn));
  }

  /** First sight: at what is new, or at the bottom. */
  #open(): void {
    const line = this.#held.get("new")?.element;
    if (line === undefined) return this.toBottom();
    this.#pinned = false;
    this.#settling = true;
    this.#settle(line, FRAMES_TO_SETTLE);
  }

  /** Hold the line in its place while the rows around it take their true height. */
  #settle(line: HTMLElement, frames: number): void {
    this.scrollTop += this.#placeOf(line) - NEAR_BOTTOM;
    if (frames > 0 && this.isConnected) {
      requestAnimationFrame(() => this.#settle(line, frames - 1));
      return;
    }
    this.#settling = false;
    this.#scrolled();
  }

  #tell(before: readonly FeedItem[], now: readonly FeedItem[]): void {
    const scene = this.#scene;
    const last = before.at(-1)?.seq ?? 0;
    const fresh = now.filter(
      (item) => item.kind === "message" && (item.seq ?? 0) > last && item.author !== scene?.me,
    );
    const newest = fresh.at(-1);
    if (scene === null || newest === undefined) return;
    announce(t("{who} : {text}", { who: scene.people.name(newest.author), text: preview(newest) }));
    if (this.#pinned) return;
    const waiting = countNew(now, this.#seen, scene.me);
    this.#jump.replaceChildren(icon("down", "small"), tn("{n} nouveau message", "{n} nouveaux messages", waiting));
    this.#jump.hidden = waiting === 0;
  }

  #scrolled(): void {
    if (this.#settling) return;
    const left = this.scrollHeight - this.scrollTop - this.clientHeight;
    this.#pinned = left < NEAR_BOTTOM;
    if (this.#pinned) this.#jump.hidden = true;
    if (this.scrollTop < NEAR_TOP) void this.#older();
    this.#markRead();
  }

  async #older(): Promise<void> {
    const conversation = this.#scene?.conversation;
    if (this.#loading || conversation?.more !== true) return;
    this.#loading = true;
    this.#more.textContent = t("Messages plus anciens…");
    try {
      await conversation.older();
    } finally {
      this.#loading = false;
      this.#more.textContent = "";
    }
  }

  /** Say that what is in sight was seen, while somebody is looking at the page. */
  #markRead(): void {
    const scene = this.#scene;
    if (scene === null || this.#settling || document.visibilityState !== "visible" || !this.isConnected) return;
    const seq = this.#pinned ? scene.conversation.head : this.#lastInSight();
    this.#seen = Math.max(this.#seen, seq);
    if (seq > scene.conversation.read) void scene.conversation.markRead(seq);
  }

  #lastInSight(): number {
    const bottom = this.scrollTop + this.clientHeight;
    let last = 0;
    for (const item of this.#items) {
      const element = this.#held.get(item.id)?.element;
      if (element === undefined || element.offsetTop > bottom) break;
      last = item.seq ?? last;
    }
    return last;
  }
}

function dayWord(at: number): string {
  const near = nearDay(at);
  const words = /\d/u.test(near) ? dayOf(at) : near;
  return words.charAt(0).toLocaleUpperCase() + words.slice(1);
}

function plain(_key: string, value: unknown): unknown {
  return value instanceof Uint8Array ? value.length : value;
}

customElements.define("ronde-stream", Stream);
