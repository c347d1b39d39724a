/**
 * The one conversation of a channel in this tab: its newest window open, the rest on demand.
 *
 * It shows what is on the disk and nothing else. Every change makes a new list; entries that
 * did not change stay the same objects.
 */

import type { Content } from "../core/content.ts";
import { type ChannelId, type CircleId, type EntryId, type ProfessionalId, newId } from "../core/ids.ts";
import type { Roster } from "../core/membership.ts";
import { codeOf } from "../core/session/compare.ts";
import type { Item } from "../core/session/log.ts";
import type { ChannelState } from "../core/session/state.ts";
import { type Ourselves, lastPlace, openOutgoing, openParked, openRecords, records } from "./opening.ts";
import type { ParkedEntry } from "./remember.ts";
import type {
  Conversation,
  Mark,
  MemberDevice,
  Moment,
  PostOptions,
  ShownEntry,
  Trouble,
} from "./ronde.ts";
import { NotPossible } from "./ronde.ts";
import { Queue } from "./slices.ts";
import type { Store } from "./store.ts";
import type { Turns } from "./turn.ts";

const WINDOW = 40;
const OLDER = 25;
/** Places read at once on the way back: entries are most, but not all of them. */
const STEP = 30;

/** How something is said, and which parked entry is given up for it. */
export type Posting = Required<PostOptions> & { readonly inPlaceOf: EntryId | null };

/** What a conversation needs of the house around it. */
export type Surroundings = {
  readonly store: Store;
  readonly turns: Turns;
  readonly parked: (channel: ChannelId) => readonly ParkedEntry[];
  readonly waitingSince: (entry: EntryId) => Moment;
  readonly trouble: (state: ChannelState) => Trouble | null;
  readonly post: (channel: ChannelId, content: Content, options: Posting) => Promise<void>;
  /** What an entry says, as another that takes its place says it: with its files. */
  readonly passOn: (content: Content, channel: ChannelId, to: EntryId) => Promise<Content>;
  readonly dropParked: (channel: ChannelId, id: EntryId) => Promise<void>;
  readonly read: (channel: ChannelId) => number;
  readonly markRead: (channel: ChannelId, seq: number) => Promise<void>;
  readonly marks: (channel: ChannelId) => ReadonlyMap<ProfessionalId, Mark>;
  readonly present: (channel: ChannelId) => readonly ProfessionalId[];
  readonly catchUp: (channel: ChannelId) => Promise<void>;
  readonly reconcile: (channel: ChannelId) => Promise<void>;
  readonly redraw: (channel: ChannelId) => void;
};

export class OpenChannel implements Conversation {
  readonly channel: ChannelId;
  readonly #around: Surroundings;
  readonly #queue = new Queue();
  #log: readonly ShownEntry[] = [];
  #tail: readonly ShownEntry[] = [];
  #entries: readonly ShownEntry[] = [];
  /** Places from here to `#upto` are open. */
  #from = 1;
  #upto = 0;
  #keys = "";

  constructor(channel: ChannelId, around: Surroundings) {
    this.channel = channel;
    this.#around = around;
  }

  get circle(): CircleId {
    return this.#state.circle;
  }

  get phase(): Conversation["phase"] {
    return this.#state.phase;
  }

  get entries(): readonly ShownEntry[] {
    return this.#entries;
  }

  get more(): boolean {
    return this.#from > 1;
  }

  get head(): number {
    return this.#state.cursor;
  }

  get read(): number {
    return this.#around.read(this.channel);
  }

  get marks(): ReadonlyMap<ProfessionalId, Mark> {
    return this.#around.marks(this.channel);
  }

  get present(): readonly ProfessionalId[] {
    return this.#around.present(this.channel);
  }

  get members(): readonly MemberDevice[] {
    const present = this.#state.tenures.filter(({ last }) => last === null);
    return present.map(({ first, certificate }) => {
      const { professional, device } = certificate;
      return { professional, device, since: first };
    });
  }

  get trouble(): Trouble | null {
    return this.#around.trouble(this.#state);
  }

  /** Open the newest window; called once, before anybody sees the conversation. */
  async begin(): Promise<void> {
    await this.#queue.run(async () => {
      const state = this.#state;
      this.#upto = state.cursor;
      this.#from = state.cursor + 1;
      this.#keys = this.#keysOf(state);
      await this.#back(WINDOW);
      this.#gather();
    });
  }

  /** Take in what any tab has written since. */
  async follow(): Promise<void> {
    await this.#queue.run(async () => {
      const state = this.#state;
      if (this.#keysOf(state) !== this.#keys) await this.#openAgain(state);
      if (state.cursor > this.#upto) {
        const held = await records(this.#around.store, this.channel, this.#upto + 1, state.cursor);
        const opened = await openRecords(state, held, this.#roster);
        this.#upto = state.cursor;
        this.#log = [...this.#log, ...opened];
      }
      this.#gather();
    });
  }

  async older(n = OLDER): Promise<void> {
    await this.#queue.run(async () => {
      await this.#back(n);
      this.#gather();
    });
    this.#around.redraw(this.channel);
  }

  async reach(entry: EntryId): Promise<boolean> {
    if (this.#entries.some(({ id }) => id === entry)) return true;
    const isIt = ({ id, kind }: Item): boolean => id === entry && kind === "entry";
    const seq = await lastPlace(this.#around.store, this.channel, this.#from - 1, isIt);
    if (seq === null) return false;
    await this.#queue.run(async () => {
      while (this.#from > seq) await this.#back(OLDER);
      this.#gather();
    });
    this.#around.redraw(this.channel);
    return this.#entries.some(({ id }) => id === entry);
  }

  async post(content: Content, options: PostOptions = {}): Promise<EntryId> {
    const { card = null, thread = null, entry = newId() as EntryId } = options;
    return await this.#post(content, { card, thread, entry, inPlaceOf: null });
  }

  async retry(id: EntryId): Promise<EntryId> {
    const parked = this.#entries.find((one) => one.id === id && one.state === "parked");
    if (parked?.inside.kind !== "content") throw new NotPossible("not_in_channel");
    const { card, thread } = parked;
    const entry = newId() as EntryId;
    const content = await this.#around.passOn(parked.inside.content, this.channel, entry);
    await this.#post(content, { card, thread, entry, inPlaceOf: id });
    // Its words went with the post; its files, under their old names, are left.
    await this.discard(id);
    return entry;
  }

  async discard(id: EntryId): Promise<void> {
    await this.#around.dropParked(this.channel, id);
    await this.follow();
    this.#around.redraw(this.channel);
  }

  async markRead(seq: number): Promise<void> {
    await this.#around.markRead(this.channel, Math.min(seq, this.head));
  }

  circleCode(): string | null {
    if (this.#state.phase !== "member" || this.#state.group === null) return null;
    return codeOf(this.#around.turns.session, this.channel);
  }

  async refresh(): Promise<void> {
    await this.#around.catchUp(this.channel);
  }

  async reconcile(): Promise<void> {
    await this.#around.reconcile(this.channel);
    await this.follow();
    this.#around.redraw(this.channel);
  }

  get #state(): ChannelState {
    const state = this.#around.turns.session.channels.get(this.channel);
    if (state === undefined) throw new NotPossible("not_in_channel");
    return state;
  }

  async #post(content: Content, posting: Posting): Promise<EntryId> {
    if (this.phase !== "member") throw new NotPossible("not_in_channel");
    await this.#around.post(this.channel, content, posting);
    await this.follow();
    return posting.entry;
  }

  /** What decides whether something became readable, and who coordinates. */
  #keysOf({ epochs, given, unread }: ChannelState): string {
    const chain = this.#roster?.statements.length ?? 0;
    return [epochs.length, given.length, unread.length, chain].join("/");
  }

  get #roster(): Roster | null {
    return this.#around.turns.session.circles.get(this.circle)?.roster ?? null;
  }

  /** Open `wanted` more entries before those that are open, if the log has them. */
  async #back(wanted: number): Promise<void> {
    const opened: ShownEntry[] = [];
    while (opened.length < wanted && this.#from > 1) {
      const from = Math.max(1, this.#from - STEP);
      const held = await records(this.#around.store, this.channel, from, this.#from - 1);
      opened.unshift(...(await openRecords(this.#state, held, this.#roster)));
      this.#from = from;
    }
    this.#log = [...opened, ...this.#log];
  }

  /** Somebody handed keys on, or the chain tells more: what hung on it is opened again. */
  async #openAgain(state: ChannelState): Promise<void> {
    const locked = this.#log.filter(({ inside }) => hangsOn(inside));
    this.#keys = this.#keysOf(state);
    if (locked.length === 0) return;
    const seqs = new Set(locked.map(({ seq }) => seq));
    const held = await records(this.#around.store, this.channel, this.#from, this.#upto);
    const again = held.filter(({ item }) => seqs.has(item.seq));
    const opened = new Map((await openRecords(state, again, this.#roster)).map((one) => [one.seq, one]));
    this.#log = this.#log.flatMap((one) => {
      if (!seqs.has(one.seq)) return [one];
      const now = opened.get(one.seq);
      return now === undefined ? [] : [now];
    });
  }

  /** What waited and waits no more, and which the log has not shown yet, has been taken by it. */
  #stored(tail: readonly ShownEntry[]): ShownEntry[] {
    const elsewhere = new Set([...tail, ...this.#log.slice(-WINDOW)].map(({ id }) => id));
    return this.#tail
      .filter(({ id, state }) => state !== "parked" && !elsewhere.has(id))
      .map((one) => (one.state === "sent" ? one : { ...one, state: "sent" }));
  }

  #gather(): void {
    const { id: device, professional } = this.#around.turns.session.device;
    const coordinates = this.#roster?.coordinators.has(professional) ?? false;
    const ourselves: Ourselves = { author: { professional, device }, coordinates };
    const waiting = this.#state.outbox
      .filter(({ kind }) => kind === "entry")
      .map((one) => openOutgoing(one, ourselves, this.#around.waitingSince(one.id)));
    const parked = this.#around.parked(this.channel).map((one) => openParked(one, ourselves));
    const tail = [...this.#stored([...waiting, ...parked]), ...waiting, ...parked];
    this.#tail = kept(this.#tail, tail);
    this.#entries = [...this.#log, ...this.#tail];
  }
}

/** Whether an entry shows otherwise once there are more keys, or its author's office is known. */
function hangsOn(inside: ShownEntry["inside"]): boolean {
  return inside.kind === "no-key" || (inside.kind === "content" && inside.type === "task_change");
}

/** Keep the objects of entries that are as they were: what is drawn for them stands. */
function kept(before: readonly ShownEntry[], now: readonly ShownEntry[]): ShownEntry[] {
  return now.map(
    (one) => before.find(({ id, state, code }) => id === one.id && state === one.state && code === one.code) ?? one,
  );
}
