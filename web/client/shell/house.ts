/** The shell of one tab, as the pages see it: who is here, what stands open, what to do next. */

import type { ChannelId, CircleId, DeviceId, EntryId, ProfessionalId } from "../core/ids.ts";
import { HttpLine } from "./api.ts";
import { Door } from "./door.ts";
import { KeptApi } from "./kept.ts";
import { lazily, loaded } from "./lazily.ts";
import { News } from "./news.ts";
import {
  type CircleView,
  type Conversation,
  type Coordination,
  type DeviceSetUp,
  type Events,
  type Files,
  type Me,
  NotPossible,
  Refused,
  type Ronde,
  type SearchHit,
  type Standing,
  type Status,
  Unreachable,
  type Voucher,
} from "./ronde.ts";
import type { Rooms } from "./rooms.ts";
import type { SearchOptions } from "./search.ts";
import { Tabs } from "./tabs.ts";
import { takeOver } from "./worker.ts";
import { NAMES, decodeValue, encodeValue } from "./values.ts";

const FILES = { check: true, attach: true, fetchAttachment: true, blur: true } as const;
const QUIET = { online: false, syncing: false, confused: false, waiting: 0, parked: 0, warnings: [] };

export class House implements Ronde {
  readonly api: KeptApi;
  readonly files: Files;
  readonly device: DeviceSetUp;
  readonly #news = new News<Events>();
  readonly #tabs: Tabs;
  readonly #door: Door;
  #update = false;
  #told = "";

  constructor() {
    const line = new HttpLine(
      (removed) => this.#door.sessionOver(removed),
      async () => await this.#door.endLeft(),
    );
    this.#tabs = new Tabs((news) => {
      if (news.kind === "begun") location.reload();
      else if (news.kind === "backup") void this.#door.standAgain();
      else void this.#door.rooms?.heard(news);
    });
    this.#door = this.#makeDoor(line);
    this.api = new KeptApi(line, () => this.#door.rooms?.store ?? null);
    this.files = lazily<Files>(FILES, async () => {
      const { SealedFiles } = await import("./files.ts");
      return new SealedFiles(line, () => this.#rooms.device.parcels);
    });
    this.device = this.#setUp();
  }

  /** Show what this browser holds, or find out who is signed in. */
  async open(): Promise<void> {
    await this.#door.open();
  }

  get me(): Me | null {
    return this.#door.me;
  }

  get standing(): Standing {
    return this.#door.standing;
  }

  get status(): Status {
    const ours = this.#door.rooms?.status() ?? QUIET;
    return { ...ours, signedIn: this.#door.signedIn, update: this.#update };
  }

  get circles(): readonly CircleView[] {
    return this.#door.rooms?.circles ?? [];
  }

  get coordination(): Coordination {
    return this.#rooms.coordination;
  }

  on<K extends keyof Events>(event: K, handler: (news: Events[K]) => void): () => void {
    return this.#news.on(event, handler);
  }

  async signedIn(): Promise<void> {
    await this.#door.enter();
  }

  async signOut(options: { readonly wipe: boolean }): Promise<void> {
    await this.#door.leave(options);
  }

  async circle(circle: CircleId): Promise<CircleView> {
    const rooms = this.#rooms;
    try {
      if (await rooms.device.knowCircle(circle)) void rooms.sync.run();
      else rooms.sync.heed();
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
    }
    const found = rooms.circles.find(({ id }) => id === circle);
    if (found === undefined) throw new Unreachable();
    return found;
  }

  async conversation(channel: ChannelId): Promise<Conversation> {
    return await this.#rooms.conversation(channel);
  }

  newEntry(): EntryId {
    return this.#rooms.newEntry();
  }

  async update(): Promise<void> {
    await takeOver();
  }

  async synchronise(): Promise<void> {
    await this.#rooms.sync.run();
  }

  get vouchers(): readonly Voucher[] {
    return this.#rooms.identities.vouchers;
  }

  knowsKey(professional: ProfessionalId): boolean {
    return this.#rooms.identities.knows(professional);
  }

  changedKey(professional: ProfessionalId): string | null {
    return this.#rooms.identities.changed(professional);
  }

  async safetyNumber(professional: ProfessionalId, identityKey?: string): Promise<string | null> {
    return await this.#rooms.identities.number(professional, identityKey);
  }

  async acceptIdentity(professional: ProfessionalId, identityKey: string): Promise<void> {
    await this.#rooms.identities.accept(professional, identityKey);
  }

  async dismissWarning(id: string): Promise<void> {
    await this.#rooms.notes.dismiss(id);
    this.#changed();
  }

  async draft<T>(key: string): Promise<T | null> {
    const data = await this.#door.rooms?.store.value(NAMES.draft + key);
    return data === null || data === undefined ? null : decodeValue<T>(data);
  }

  async saveDraft(key: string, value: unknown): Promise<void> {
    const written = value === null ? null : encodeValue(value);
    await this.#door.rooms?.store.keep(new Map([[NAMES.draft + key, written]]));
  }

  async search(
    words: string,
    onHit: (hit: SearchHit) => void,
    options: SearchOptions = {},
  ): Promise<void> {
    const { store, turns } = this.#rooms;
    const { search } = await loaded(async () => await import("./search.ts"));
    await search({ store, session: turns.session }, words, onHit, options);
  }

  /** Try again at once: the network or the window has just come back. */
  hurry(): void {
    void this.#door.endLeft();
    if (this.standing.kind !== "ready") return;
    if (!this.status.signedIn) {
      this.#door.lookAgain();
      return;
    }
    this.#door.rooms?.live.hurry();
    void this.#door.rooms?.sync.run();
  }

  /** A newer release of the pages waits. */
  updateWaits(): void {
    this.#update = true;
    this.#changed();
  }

  get #rooms(): Rooms {
    const { rooms } = this.#door;
    if (rooms === null) throw new NotPossible("no_device");
    return rooms;
  }

  #makeDoor(line: HttpLine): Door {
    const clock = (): number => Date.now();
    const changed = (): void => this.#changed();
    return new Door({
      line,
      clock,
      rooms: async () => {
        const { Rooms } = await loaded(async () => await import("./rooms.ts"));
        const over = (removed: boolean): void => this.#door.sessionOver(removed);
        const unbacked = (): void => void this.#backupChanged();
        const [news, tabs] = [this.#news, this.#tabs];
        return (store) => new Rooms(store, { line, news, tabs, clock, changed, over, unbacked });
      },
      stood: (standing) => {
        this.#news.tell("standing", standing);
        this.#changed();
      },
      over: () => {
        this.#news.tell("session-over", null);
        this.#changed();
      },
      begun: () => this.#tabs.say({ kind: "begun" }),
      superseded: () => this.updateWaits(),
    });
  }

  #setUp(): DeviceSetUp {
    return {
      begin: async (how) => ({ code: (await this.#door.begin(how)).code }),
      identityKey: () => this.#door.rooms?.identities.own() ?? null,
      renewCode: async () => {
        const code = await this.#door.renewCode();
        this.#tabs.say({ kind: "backup" });
        return code;
      },
      takeUpCode: async (code) => {
        await this.#door.takeUpCode(code);
        this.#tabs.say({ kind: "backup" });
      },
      remove: async (device) => await this.#removeDevice(device),
      unlisted: (listed) => this.#rooms.unlisted(listed),
    };
  }

  async #backupChanged(): Promise<void> {
    this.#tabs.say({ kind: "backup" });
    await this.#door.standAgain();
  }

  async #removeDevice(device: DeviceId): Promise<void> {
    const { turns, coordination } = this.#rooms;
    // What was said is done to its end, here or when this browser is opened again.
    await this.#rooms.noteGone(device);
    await this.#dropFromAccount(device);
    for (const { id, phase } of turns.session.channels.values()) {
      if (phase === "member") await coordination.removeDevices(id, [device]);
    }
  }

  /** One that the account holds no more is still in our channels. */
  async #dropFromAccount(device: DeviceId): Promise<void> {
    try {
      await this.api.ask("DELETE", `/devices/${device}`);
    } catch (error) {
      if (!(error instanceof Refused) || error.code !== "not_found") throw error;
    }
  }

  /** Tell of the status where it is another than was told. */
  #changed(): void {
    const status = this.status;
    const told = JSON.stringify(status);
    if (told === this.#told) return;
    this.#told = told;
    this.#news.tell("status", status);
  }
}
