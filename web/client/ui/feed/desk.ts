/**
 * A channel at work: the stream, the threads and the composer, put together over a
 * conversation, redrawn when it says that something changed.
 */

import type { Message } from "../../core/content.ts";
import type { EntryId, ProfessionalId, TaskId } from "../../core/ids.ts";
import type { Conversation, Ronde } from "../../shell/ronde.ts";
import { fill, h } from "../dom.ts";
import { icon } from "../icons.ts";
import { toast } from "../toast.ts";
import { t } from "../words.ts";
import { asked } from "./asked.ts";
import { Composer, type Said } from "./composer.ts";
import { type Feed, type FeedItem, type MessageItem, fold } from "./fold.ts";
import type { NewTaskOptions } from "./new_task.ts";
import type { People } from "./people.ts";
import type { FeedActs, Scene } from "./scene.ts";
import { Stream } from "./stream.ts";
import type { TaskDialog } from "./task_dialog.ts";

export type DeskOptions = {
  readonly ronde: Ronde;
  readonly conversation: Conversation;
  readonly people: People;
  readonly me: ProfessionalId;
  readonly signal: AbortSignal;
};

export class Desk {
  readonly element: HTMLElement;
  readonly #options: DeskOptions;
  readonly #newAfter: number;
  readonly #stream = new Stream();
  readonly #composer = new Composer();
  readonly #side = h("aside", { class: "thread-panel", hidden: true });
  readonly #sideStream = new Stream();
  readonly #sideComposer = new Composer();
  #feed: Feed = { items: [], threads: new Map(), tasks: new Map(), byId: new Map() };
  #thread: EntryId | null = null;
  #task: { readonly id: TaskId; readonly dialog: TaskDialog } | null = null;
  #drawing = 0;

  constructor(options: DeskOptions) {
    this.#options = options;
    this.#newAfter = options.conversation.read;
    this.element = h(
      "div",
      { class: "desk" },
      h("div", { class: "desk-main" }, this.#stream, this.#foot()),
      this.#side,
    );
    this.#listen();
  }

  /** Draw for the first time, and take what was being written. */
  async begin(): Promise<void> {
    const { ronde, people, me, conversation } = this.#options;
    this.draw();
    await this.#composer.begin({
      ronde,
      people,
      me,
      draft: `composer:${conversation.channel}`,
      label: t("Votre message"),
      send: (said, progress) => this.#send(said, null, progress),
      newTask: (title) => void newTask({ conversation, people, title }),
      lastOwn: () => this.#lastOwn(),
    });
  }

  /** Draw what the conversation holds now. */
  draw(): void {
    const { conversation } = this.#options;
    this.#feed = fold(conversation.entries);
    const scene = this.#scene();
    this.#stream.show(scene, this.#feed.items, this.#newAfter);
    if (this.#thread !== null) this.#sideStream.show(scene, this.#threadItems(this.#thread), this.#newAfter);
    this.#task?.dialog.redraw();
  }

  /** Open back to an entry and show it. */
  async jump(entry: EntryId): Promise<void> {
    if (!this.#stream.flash(entry) && (await this.#options.conversation.reach(entry))) {
      this.draw();
      this.#stream.flash(entry);
    }
  }

  /** Show a task by its id. */
  async openTask(id: TaskId): Promise<void> {
    const { openTask } = await asked();
    const { ronde, conversation, people, me } = this.#options;
    const current = (): Feed["tasks"] extends ReadonlyMap<TaskId, infer V> ? V | null : never =>
      this.#feed.tasks.get(id) ?? null;
    const dialog = openTask({ ronde, conversation, people, me, current }, () => {
      this.#task = null;
    });
    this.#task = { id, dialog };
  }

  focusComposer(): void {
    this.#composer.focus();
  }

  #foot(): HTMLElement {
    if (this.#options.conversation.phase === "removed") {
      return h("p", { class: "banner" }, t("Vous n'êtes plus dans cette discussion : vous pouvez la relire, plus y écrire."));
    }
    return this.#composer;
  }

  #listen(): void {
    const { ronde, conversation, signal } = this.#options;
    const mine = (news: { readonly channel: string }): void => {
      if (news.channel === conversation.channel) this.#soon();
    };
    const offs = [ronde.on("channel", mine), ronde.on("mark", mine)];
    signal.addEventListener("abort", () => offs.forEach((off) => off()));
    document.addEventListener("visibilitychange", () => this.#soon(), { signal });
    this.element.addEventListener("dragover", (event) => event.preventDefault());
    this.element.addEventListener("drop", (event) => {
      event.preventDefault();
      void this.#composer.take([...(event.dataTransfer?.files ?? [])]);
    });
  }

  /** Several news in one frame are one drawing. */
  #soon(): void {
    if (this.#drawing !== 0 || this.#options.signal.aborted) return;
    const run = (): void => {
      this.#drawing = 0;
      if (!this.#options.signal.aborted) this.draw();
    };
    // A page in the background gets no frames, and has news to announce all the same.
    this.#drawing = document.visibilityState === "visible" ? requestAnimationFrame(run) : window.setTimeout(run, 200);
  }

  #scene(): Scene {
    const { ronde, conversation, people, me } = this.#options;
    return { ronde, conversation, people, me, feed: this.#feed, acts: this.#acts };
  }

  readonly #acts: FeedActs = {
    reply: (item) => (this.#thread === null ? this.#composer : this.#sideComposer).reply(item),
    thread: (item) => void this.#openThread(item.id),
    edit: (item) => (this.#inThread(item) ? this.#sideComposer : this.#composer).edit(item),
    remove: (item) => void this.#remove(item),
    react: (item, emoji) => void this.#post({ kind: "reaction", to: item.id, emoji }),
    task: (item) =>
      void newTask({
        conversation: this.#options.conversation,
        people: this.#options.people,
        title: item.text,
        details: item.text.includes("\n") ? item.text : "",
      }),
    openTask: (task) => void this.openTask(task),
    receipts: async (item) => (await asked()).openReceipts(item, this.#options),
    retry: (item) => void this.#options.conversation.retry(item.id),
    discard: (item) => void this.#options.conversation.discard(item.id),
    jump: (entry) => void this.jump(entry),
    report: async (item) => (await asked()).openTrouble(item.seq),
  };

  async #send(said: Said, thread: EntryId | null, progress: (done: number) => void): Promise<void> {
    const { ronde, conversation } = this.#options;
    if (said.edits !== null) {
      await conversation.post({ kind: "edit", of: said.edits, text: said.text, mentions: said.mentions });
      return;
    }
    const entry = ronde.newEntry();
    const attachments: Message["attachments"][number][] = [];
    for (const [at, file] of said.files.entries()) {
      const done = (part: number): void => progress((at + part) / said.files.length);
      attachments.push(await ronde.files.attach(file, { channel: conversation.channel, entry, progress: done }));
    }
    const { text, mentions, replyTo, urgent } = said;
    await conversation.post({ kind: "message", text, mentions, replyTo, urgent, attachments }, { entry, thread });
    if (urgent) void import("./urgent.ts").then(({ callAway }) => callAway(ronde, conversation.channel, entry), () => undefined);
    (thread === null ? this.#stream : this.#sideStream).toBottom();
  }

  async #post(content: Parameters<Conversation["post"]>[0]): Promise<void> {
    try {
      await this.#options.conversation.post(content);
    } catch {
      toast(t("Cela n'a pas pu être gardé. Réessayez."));
    }
  }

  async #remove(item: MessageItem): Promise<void> {
    const { isSureToRemove } = await asked();
    if (await isSureToRemove()) await this.#post({ kind: "deletion", of: item.id });
  }

  async #openThread(root: EntryId): Promise<void> {
    const { ronde, people, me, conversation } = this.#options;
    this.#thread = root;
    const close = h(
      "button",
      { class: "icon-button", type: "button", "aria-label": t("Fermer les réponses"), onclick: () => this.#closeThread() },
      icon("close"),
    );
    fill(this.#side, h("div", { class: "thread-head" }, h("h2", { class: "section-title" }, t("Réponses")), close), this.#sideStream, this.#sideComposer);
    this.#side.hidden = false;
    this.element.classList.add("desk-split");
    this.#sideStream.show(this.#scene(), this.#threadItems(root), 0);
    await this.#sideComposer.begin({
      ronde,
      people,
      me,
      draft: `thread:${conversation.channel}:${root}`,
      label: t("Votre réponse"),
      send: (said, progress) => this.#send(said, root, progress),
    });
    this.#sideComposer.focus();
  }

  #closeThread(): void {
    this.#thread = null;
    this.#side.hidden = true;
    this.element.classList.remove("desk-split");
    this.#composer.focus();
  }

  /** Esc closes what is open beside the stream; false if nothing was. */
  escape(): boolean {
    if (this.#thread === null) return false;
    this.#closeThread();
    return true;
  }

  #threadItems(root: EntryId): readonly FeedItem[] {
    const head = this.#feed.byId.get(root);
    return [...(head === undefined ? [] : [head]), ...(this.#feed.threads.get(root) ?? [])];
  }

  #inThread(item: FeedItem): boolean {
    return this.#thread !== null && (this.#feed.threads.get(this.#thread) ?? []).some((each) => each.id === item.id);
  }

  #lastOwn(): MessageItem | null {
    const own = (item: FeedItem): item is MessageItem =>
      item.kind === "message" && item.author === this.#options.me && !item.deleted && item.state === "sent";
    return this.#feed.items.findLast(own) ?? null;
  }
}

async function newTask(options: NewTaskOptions): Promise<void> {
  (await asked()).openNewTask(options);
}
