/**
 * Sealed files on their way: kept on the device until the log has the entry that names them.
 *
 * The server keeps a file for a day on the word that its entry will come. A file that has
 * waited for long is uploaded once more before its entry is sent; one that was taken without
 * a network is uploaded then.
 */

import type { Content, Message } from "../core/content.ts";
import { type BlobId, type ChannelId, type EntryId, newId } from "../core/ids.ts";
import type { Session } from "../core/session/state.ts";
import { loaded } from "./lazily.ts";
import type { Moment } from "./ronde.ts";
import type { Store } from "./store.ts";
import type { UploadOptions } from "./upload.ts";
import { NAMES, decodeValue, encodeValue } from "./values.ts";

/** Half of the time that the server waits for an entry: clocks differ, and lines are slow. */
const STALE_MS = 12 * 3_600_000;
/** Nobody writes at one message for longer than this. */
const ABANDONED_MS = 24 * 3_600_000;

type Bytes = Uint8Array<ArrayBuffer>;

/** Which entry a file is for, since when it is here, and when the server had it first. */
export type Parcel = {
  readonly blob: BlobId;
  readonly channel: ChannelId;
  readonly entry: EntryId;
  readonly kept: Moment;
  readonly sent: Moment | null;
};

export class Parcels {
  readonly #store: Store;
  readonly #clock: () => Moment;

  constructor(store: Store, clock: () => Moment) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Name a file for an entry. */
  make(channel: ChannelId, entry: EntryId): Parcel {
    return { blob: newId() as BlobId, channel, entry, kept: this.#clock(), sent: null };
  }

  /** Keep a sealed file, on the disk when this returns; throws NotPossible `storage_full`. */
  async keep(parcel: Parcel, sealed: Bytes): Promise<void> {
    const { blob } = parcel;
    await this.#store.keep(
      new Map([[NAMES.file + blob, sealed], [NAMES.parcel + blob, encodeValue(parcel)]]),
    );
  }

  /** The sealed bytes of a file that is on its way, or null. */
  async bytes(blob: BlobId): Promise<Bytes | null> {
    return await this.#store.value(NAMES.file + blob);
  }

  /** Upload a file; throws Refused, Unreachable, or the signal's reason. */
  async upload(parcel: Parcel, sealed: Bytes, options: UploadOptions = {}): Promise<void> {
    const { blob, channel, entry } = parcel;
    const { upload } = await loaded(async () => await import("./upload.ts"));
    await upload(`/channels/${channel}/blobs/${blob}?entry=${entry}`, sealed, options);
  }

  /** Note that the server has a file that is kept here. */
  async noteSent(parcel: Parcel): Promise<void> {
    // The first time is what counts: the server's day begins there, whatever comes again.
    const sent = parcel.sent ?? this.#clock();
    await this.#store.keep(new Map([[NAMES.parcel + parcel.blob, encodeValue({ ...parcel, sent })]]));
  }

  /** Upload what an entry names and the server may not hold; throws Refused, Unreachable. */
  async sendFor(entry: EntryId): Promise<readonly Parcel[]> {
    const found = await this.#of(entry);
    for (const parcel of found.filter((one) => this.#isStale(one))) {
      const sealed = await this.bytes(parcel.blob);
      if (sealed === null) continue;
      await this.upload(parcel, sealed);
      await this.noteSent(parcel);
    }
    return found;
  }

  /** Forget the files of an entry. */
  async dropFor(entry: EntryId): Promise<void> {
    await this.drop(await this.#of(entry));
  }

  /** Forget files. */
  async drop(parcels: readonly Parcel[]): Promise<void> {
    const names = parcels.flatMap(({ blob }) => [NAMES.file + blob, NAMES.parcel + blob]);
    if (names.length > 0) await this.#store.keep(new Map(names.map((name) => [name, null])));
  }

  /** Give an entry that takes another's place its files, under names that the server knows not. */
  async passOn(content: Content, channel: ChannelId, to: EntryId): Promise<Content> {
    if (content.kind !== "message") return content;
    const attachments: Message["attachments"][number][] = [];
    for (const one of content.attachments) {
      const sealed = await this.bytes(one.blob);
      const parcel = this.make(channel, to);
      if (sealed !== null) await this.keep(parcel, sealed);
      attachments.push(sealed === null ? one : { ...one, blob: parcel.blob });
    }
    return { ...content, attachments };
  }

  /** Forget files whose entry is in the log by now, or was never written. */
  async tidy(session: Session): Promise<void> {
    const left: Parcel[] = [];
    for (const parcel of await this.#all()) {
      const { channel, entry, kept } = parcel;
      const waits = session.channels.get(channel)?.outbox.some(({ id }) => id === entry) ?? false;
      const young = Math.abs(this.#clock() - kept) < ABANDONED_MS;
      if (waits || young) continue;
      const parked = await this.#store.value(`${NAMES.parked}${channel}/${entry}`);
      if (parked === null) left.push(parcel);
    }
    await this.drop(left);
  }

  #isStale({ sent }: Parcel): boolean {
    return sent === null || Math.abs(this.#clock() - sent) > STALE_MS;
  }

  async #of(entry: EntryId): Promise<readonly Parcel[]> {
    return (await this.#all()).filter((one) => one.entry === entry);
  }

  async #all(): Promise<readonly Parcel[]> {
    const held = await this.#store.valuesOf(NAMES.parcel);
    return [...held.values()].map((data) => decodeValue<Parcel>(data));
  }
}
