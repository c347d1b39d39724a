/**
 * Everything that lives on one open store: the device, its conversations, its line.
 *
 * Here what a step changed reaches those who look: the conversations of this tab, the other
 * tabs, the pages that listen.
 */

import { type Content, encode, typeOf } from "../core/content.ts";
import { MAX_BODY } from "../core/entry.ts";
import { type ChannelId, type DeviceId, type EntryId, type ProfessionalId, newId } from "../core/ids.ts";
import type { HttpLine } from "./api.ts";
import { OpenChannel, type Posting, type Surroundings } from "./channel.ts";
import { Device } from "./device.ts";
import { fields, list, text } from "./forms.ts";
import { noteGone } from "./gone.ts";
import { Identities } from "./identities.ts";
import { idOf, readItem } from "./items.ts";
import { BackupKeeper } from "./keeper.ts";
import { lazily } from "./lazily.ts";
import { ourOthers, register } from "./registering.ts";
import { LogLine } from "./line.ts";
import { Live } from "./live.ts";
import { Marks, readMark } from "./marks.ts";
import type { News } from "./news.ts";
import { Notes } from "./notes.ts";
import {
  type CircleView,
  type Coordination,
  type Events,
  type Moment,
  NotPossible,
  type Status,
} from "./ronde.ts";
import type { Store } from "./store.ts";
import { Sync } from "./sync.ts";
import type { TabNews, Tabs } from "./tabs.ts";
import { troubleOf } from "./trouble.ts";
import { type Moved, Turns } from "./turn.ts";
import { countUnread } from "./unread.ts";

const COORDINATION = {
  attest: true,
  identityKey: true,
  openCircle: true,
  openChannel: true,
  admit: true,
  welcome: true,
  release: true,
  addMembers: true,
  removeDevices: true,
} as const;

/** What the rooms are built into. */
export type Ground = {
  readonly line: HttpLine;
  readonly news: News<Events>;
  readonly tabs: Tabs;
  readonly clock: () => Moment;
  readonly changed: () => void;
  /** The server knows the session no more. */
  readonly over: (removed: boolean) => void;
  /** The backup that this browser appended to is in force no more. */
  readonly unbacked: () => void;
};

export class Rooms {
  readonly store: Store;
  readonly turns: Turns;
  readonly device: Device;
  readonly notes: Notes;
  readonly marks: Marks;
  readonly live: Live;
  readonly sync: Sync;
  readonly identities: Identities;
  readonly coordination: Coordination;
  readonly #ground: Ground;
  readonly #open = new Map<ChannelId, OpenChannel>();
  readonly #opening = new Map<ChannelId, Promise<OpenChannel>>();
  readonly #present = new Map<ChannelId, readonly ProfessionalId[]>();
  readonly #unread = new Map<ChannelId, { readonly at: string; readonly count: number }>();
  #circles: readonly CircleView[] = [];
  #closed = false;

  constructor(store: Store, ground: Ground) {
    const { line, clock } = ground;
    this.store = store;
    this.#ground = ground;
    this.notes = new Notes(store);
    this.turns = new Turns(store, clock, (moved) => this.#moved(moved));
    this.live = this.#liveLine();
    this.device = new Device(this.turns, new LogLine(line, this.live), store, clock);
    this.identities = new Identities(this.turns, store);
    this.coordination = lazily<Coordination>(COORDINATION, async () => {
      const { Coordinating } = await import("./coordination.ts");
      return new Coordinating(this.device, line, clock);
    });
    this.marks = new Marks(store, markLine(line), () => this.turns.known);
    this.sync = this.#synchronising();
  }

  /** Read from the disk what is needed to show anything. */
  async load(): Promise<void> {
    await Promise.all([this.turns.refresh(), this.notes.load(), this.marks.load(), this.identities.load()]);
    await this.#countCircles();
  }

  get circles(): readonly CircleView[] {
    return this.#circles;
  }

  /** What the banner says of us. */
  status(): Omit<Status, "signedIn" | "update"> {
    const channels = [...(this.turns.known?.channels.values() ?? [])];
    const waiting = channels.flatMap(({ outbox }) => outbox.filter(({ kind }) => kind === "entry"));
    return {
      online: this.live.connected,
      syncing: this.sync.syncing,
      confused: this.sync.confused,
      waiting: waiting.length,
      parked: this.notes.parked.length,
      warnings: this.notes.warnings,
    };
  }

  /** The one conversation of a channel; throws NotPossible if it is unknown here. */
  async conversation(channel: ChannelId): Promise<OpenChannel> {
    if (!this.turns.session.channels.has(channel)) await this.sync.run();
    if (!this.turns.session.channels.has(channel)) throw new NotPossible("not_in_channel");
    const opening = this.#opening.get(channel) ?? this.#begin(channel);
    this.#opening.set(channel, opening);
    return await opening;
  }

  /** Take in what another tab says. */
  async heard(news: TabNews): Promise<void> {
    if (news.kind === "marked") await this.marks.load();
    if (news.kind !== "moved") return;
    await this.turns.refresh();
    if (news.values) await this.notes.load();
    await this.#show(news.channels);
  }

  /** Note that we read up to a place, and let the other tabs know. */
  async markRead(channel: ChannelId, seq: number): Promise<void> {
    if (!(await this.marks.markRead(channel, seq))) return;
    this.#ground.tabs.say({ kind: "marked", channel });
    this.#ground.news.tell("mark", { channel });
    await this.#recount();
  }

  newEntry(): EntryId {
    return newId() as EntryId;
  }

  /** Tell the server of our device; see `register`. */
  async register(): Promise<boolean> {
    return await register({ line: this.#ground.line, device: this.device });
  }

  /** Keep that the person says of a device of theirs that it is gone. */
  async noteGone(device: DeviceId): Promise<void> {
    await noteGone(this.store, { devices: [device] });
  }

  /** List our devices that sit in channels of ours and in no list of the account's. */
  unlisted(listed: readonly DeviceId[]): readonly DeviceId[] {
    const { session } = this.turns;
    const others = [...session.channels.keys()].flatMap((channel) => ourOthers(session, channel));
    const known = new Set(listed);
    return [...new Set(others.map((one) => one.device))].filter((one) => !known.has(one));
  }

  close(): void {
    this.#closed = true;
    this.sync.stop();
    this.live.disconnect();
    this.store.close();
  }

  async #begin(channel: ChannelId): Promise<OpenChannel> {
    const made = new OpenChannel(channel, this.#surroundings());
    await made.begin();
    this.#open.set(channel, made);
    // Whatever was written while the window opened.
    await made.follow();
    void this.sync.marksOf(channel);
    return made;
  }

  #moved(moved: Moved): void {
    const { channels, circles, values, warnings } = moved;
    this.notes.take(values);
    this.#ground.tabs.say({ kind: "moved", channels, circles, values: values.size > 0 });
    for (const warning of warnings) this.#ground.news.tell("warning", warning);
    if (channels.length > 0) this.sync.backUpSoon();
    void this.#show(channels).catch((error: unknown) => {
      // Whoever signs out in the middle of it wants to see nothing more.
      if (!this.#closed) reportError(error);
    });
  }

  async #show(channels: readonly ChannelId[]): Promise<void> {
    if (this.#closed) return;
    for (const channel of channels) {
      await this.#open.get(channel)?.follow();
      this.#ground.news.tell("channel", { channel });
    }
    await this.#recount();
  }

  async #recount(): Promise<void> {
    if (this.#closed) return;
    const before = this.#circles;
    await this.#countCircles();
    this.#tellCircles(before);
    this.#ground.changed();
  }

  /** Tell of circles that look otherwise now: who came, who went, what is new. */
  #tellCircles(before: readonly CircleView[]): void {
    const were = new Map(before.map((one) => [one.id, looks(one)]));
    for (const one of this.#circles) {
      if (were.get(one.id) !== looks(one)) this.#ground.news.tell("circle", { circle: one.id });
    }
    if (before.length !== this.#circles.length) this.#ground.news.tell("circle", { circle: null });
  }

  async #countCircles(): Promise<void> {
    const session = this.turns.known;
    if (session === null) return;
    const states = [...session.channels.values()];
    for (const state of states) {
      const read = this.marks.read(state.id);
      const at = `${read}/${state.cursor}`;
      if (this.#unread.get(state.id)?.at === at) continue;
      const count = await countUnread(this.store, session, state, read);
      this.#unread.set(state.id, { at, count });
    }
    this.#circles = [...session.circles].flatMap(([id, { roster }]) => {
      const ours = states.filter(({ circle }) => circle === id);
      // Whoever was removed everywhere has left the circle.
      if (ours.length > 0 && ours.every(({ phase }) => phase === "removed")) return [];
      const channels = ours.map((state) => state.id);
      const counts = channels.map((channel) => this.#unread.get(channel)?.count ?? 0);
      return [{ id, roster, channels, unread: counts.reduce((sum, one) => sum + one, 0) }];
    });
  }

  async #post(channel: ChannelId, content: Content, posting: Posting): Promise<void> {
    const body = encode(content);
    if (body.length > MAX_BODY) throw new NotPossible("too_long");
    const said = { type: typeOf(content), body, ...posting };
    this.sync.carry(await this.device.compose(channel, said), channel);
  }

  #surroundings(): Surroundings {
    return {
      store: this.store,
      turns: this.turns,
      parked: (channel) => this.notes.parkedIn(channel),
      waitingSince: (entry) => this.notes.waitingSince(entry),
      trouble: (state) =>
        troubleOf(this.turns.session, state, this.notes.warnings, this.notes.forkIn(state.id)),
      reconcile: async (channel) => await this.sync.reconcile(channel),
      post: async (channel, content, posting) => await this.#post(channel, content, posting),
      passOn: async (content, channel, to) => await this.device.parcels.passOn(content, channel, to),
      dropParked: async (channel, id) => {
        await this.notes.dropParked(channel, id);
        await this.device.parcels.dropFor(id);
      },
      read: (channel) => this.marks.read(channel),
      markRead: async (channel, seq) => await this.markRead(channel, seq),
      marks: (channel) => this.marks.others(channel),
      present: (channel) => this.#present.get(channel) ?? [],
      catchUp: async (channel) => void (await this.device.catchUp(channel)),
      redraw: (channel) => this.#ground.news.tell("channel", { channel }),
    };
  }

  #synchronising(): Sync {
    const { line, clock, changed, news, unbacked } = this.#ground;
    return new Sync({
      store: this.store,
      device: this.device,
      line,
      live: this.live,
      marks: this.marks,
      keeper: new BackupKeeper(this.store, line, () => this.turns.known, unbacked),
      clock,
      known: async () => await this.identities.anchor(),
      opened: () => [...this.#open.keys()],
      fork: (channel) => this.notes.forkIn(channel),
      present: (channel, who) => this.#arrived(channel, who),
      marked: (channel) => {
        news.tell("mark", { channel });
        void this.#recount();
      },
      changed,
    });
  }

  #liveLine(): Live {
    const { changed, over } = this.#ground;
    return new Live({
      up: () => {
        changed();
        this.sync.lineUp();
      },
      down: changed,
      over,
      item: (form) => this.sync.pushed(readItem(form)),
      mark: (form) => {
        const channel = idOf<ChannelId>(fields(form).channel);
        this.sync.told(readMark(form, channel));
      },
      presence: (form) => {
        const said = fields(form);
        this.#arrived(idOf<ChannelId>(said.channel), list(said.present).map(text));
      },
      odd: () => this.sync.odd(),
    });
  }

  #arrived(channel: ChannelId, who: readonly string[]): void {
    this.#present.set(channel, who as readonly ProfessionalId[]);
    this.#ground.news.tell("presence", { channel });
  }
}

/** What of a circle a page may have drawn. */
function looks({ roster, channels, unread }: CircleView): string {
  return `${roster.statements.length}/${channels.length}/${unread}`;
}

function markLine(line: HttpLine): ConstructorParameters<typeof Marks>[1] {
  return {
    put: async (channel, form) => await line.ask("PUT", `/channels/${channel}/mark`, form),
    get: async (channel) => await line.ask("GET", `/channels/${channel}/marks`),
  };
}
