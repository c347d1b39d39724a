/**
 * A session as bytes for the store, and back: whole, or in parts.
 *
 * Whoever keeps the parts one by one writes only those that a step changed. Chains are
 * verified again when they are read: a roster is never stored, only proven.
 */

import { Blob, KEY_LENGTH, readCount, readId, writeCount, writeText } from "../canonical.ts";
import { Device, Pins } from "../identity.ts";
import type { ChannelId, CircleId, ProfessionalId } from "../ids.ts";
import { verifyChain } from "../membership.ts";
import type { Encodable, Reader } from "../mls/codec.ts";
import { concat, encode, Malformed, ownReader, utf8, Writer } from "../mls/codec.ts";
import type { KeyPair } from "../mls/suite.ts";
import { equal, Secret, SUITE_1 } from "../mls/suite.ts";
import { PackagesAtRest } from "./at_rest.ts";
import { ChannelState, CircleState, Session } from "./state.ts";

const MAGIC = utf8("ronde session v2");
const CLAIM_LENGTH = 4;

/**
 * A session cut where it changes; without a `device`, only some of one.
 *
 * The parts are secret as the whole is. The device's names the form of all of them.
 */
export type Parts = {
  readonly device: Uint8Array | null;
  readonly circles: ReadonlyMap<CircleId, Uint8Array>;
  readonly channels: ReadonlyMap<ChannelId, Uint8Array>;
};

/** Return everything a device knows, secrets included: for its store, for nobody else. */
export function encodeSession(session: Session): Uint8Array {
  const circles = sorted(session.circles).map(([id, state]) => encodeCircle(id, state));
  const writer = new Writer().raw(encodeDevice(session)).opaque(concat(...circles));
  for (const [, channel] of sorted(session.channels)) {
    writer.opaque(encodeChannel(channel));
  }
  return writer.bytes();
}

/** Return the part that belongs to no circle: keys, pins and key packages. */
export function encodeDevice(session: Session): Uint8Array {
  const { device, identity, pins, packages, resorts } = session;
  const writer = new Writer().opaque(MAGIC).put(device);
  writer.optional(identity === null ? null : new Blob(identity.private));
  writer.vector(sorted(pins.keys).map(([who, key]) => named(who, key)));
  writer.put(packages);
  writer.vector(resorts.toSorted(compare).map((reference) => new Blob(reference)));
  return writer.bytes();
}

/** Return the part of one circle. */
export function encodeCircle(circle: CircleId, state: CircleState): Uint8Array {
  const writer = new Writer();
  writeText(writer, circle);
  writer.vector(state.chain.map((statement) => new Blob(statement)));
  writeCount(writer, state.checks);
  writer.vector(
    sorted(state.claims).map(([who, length]) => named(who, new Writer().uint32(length).bytes())),
  );
  return writer.bytes();
}

/** Return the part of one channel. */
export function encodeChannel(state: ChannelState): Uint8Array {
  return encode(state);
}

/** Return what a step made anew and must be written; all of it if nothing was before. */
export function changedParts(before: Session | null, after: Session): Parts {
  const circles = [...after.circles].filter(([id, state]) => before?.circles.get(id) !== state);
  const channels = [...after.channels].filter(([id, state]) => before?.channels.get(id) !== state);
  return {
    device: before !== null && hasSameDevice(before, after) ? null : encodeDevice(after),
    circles: new Map(circles.map(([id, state]) => [id, encodeCircle(id, state)])),
    channels: new Map(channels.map(([id, state]) => [id, encodeChannel(state)])),
  };
}

/**
 * Return the session that `encodeSession` wrote, here or in Python.
 *
 * @throws Malformed The bytes are no session of this version.
 * @throws BadChain A stored chain does not verify.
 */
export async function decodeSession(data: Uint8Array): Promise<Session> {
  const reader = ownReader(data);
  const opening = readDevice(reader);
  const known = reader.vector(readCircle);
  const encoded: Uint8Array[] = [];
  while (reader.position < data.length) {
    encoded.push(reader.opaque());
  }
  const session = await opening();
  const circles = new Map<CircleId, CircleState>();
  for (const one of known) {
    circles.set(one.id, await proven(one));
  }
  const channels = new Map<ChannelId, ChannelState>();
  for (const one of encoded) {
    const channel = ChannelState.read(ownReader(one));
    channels.set(channel.id, channel);
  }
  return session.with({ circles, channels });
}

/**
 * Return the session of which these are all the parts.
 *
 * @throws Malformed One of them is none, or stands under another's name, or there is no device.
 * @throws BadChain A stored chain does not verify.
 */
export async function decodeParts(parts: Parts): Promise<Session> {
  const session = await whole(readDevice, parts.device ?? new Uint8Array())();
  const circles = new Map<CircleId, CircleState>();
  for (const [id, data] of parts.circles) {
    const circle = whole(readCircle, data);
    circles.set(checked(id, circle.id), await proven(circle));
  }
  const channels = new Map<ChannelId, ChannelState>();
  for (const [id, data] of parts.channels) {
    const channel = ChannelState.read(ownReader(data));
    channels.set(checked(id, channel.id), channel);
  }
  return session.with({ circles, channels });
}

type StoredCircle = Pick<CircleState, "chain" | "checks" | "claims"> & { readonly id: CircleId };

function hasSameDevice(before: Session, after: Session): boolean {
  return (
    before.device === after.device &&
    before.identity === after.identity &&
    before.pins === after.pins &&
    before.packages === after.packages &&
    before.resorts === after.resorts
  );
}

/** Take the device's part; its keys are computed once all is read. */
function readDevice(reader: Reader): () => Promise<Session> {
  if (!equal(reader.opaque(), MAGIC)) {
    throw new Malformed("no session of ours");
  }
  const [device, identity] = [Device.read(reader), reader.optional(Blob.read)];
  const pins = new Pins(new Map(reader.vector(readNamed)));
  const packages = new PackagesAtRest(reader.opaque());
  const resorts = reader.vector(Blob.read).map((blob) => blob.data);
  return async () => {
    const own = identity === null ? null : await identityOf(identity.data);
    return new Session({ device, identity: own, pins, packages, resorts });
  };
}

function readCircle(reader: Reader): StoredCircle {
  return {
    id: readId(reader),
    chain: reader.vector(Blob.read).map((blob) => blob.data),
    checks: readCount(reader),
    claims: new Map(reader.vector(readNamed).map(([who, length]) => [who, claimOf(length)])),
  };
}

async function proven({ id, ...stored }: StoredCircle): Promise<CircleState> {
  return new CircleState({ ...stored, roster: await verifyChain(stored.chain, id) });
}

function whole<T>(read: (reader: Reader) => T, data: Uint8Array): T {
  const reader = ownReader(data);
  const value = read(reader);
  reader.end();
  return value;
}

function checked<Id>(name: Id, id: Id): Id {
  if (name !== id) {
    throw new Malformed("a part under another's name");
  }
  return id;
}

/** An id with a number or with bytes: a claim, or a pin. */
function named(id: string, data: Uint8Array): Encodable {
  return {
    write(writer) {
      writeText(writer, id);
      writer.opaque(data);
    },
  };
}

function readNamed(reader: Reader): [ProfessionalId, Uint8Array] {
  return [readId(reader), reader.opaque()];
}

function claimOf(data: Uint8Array): number {
  if (data.length !== CLAIM_LENGTH) {
    throw new Malformed("a claim of another length");
  }
  return ownReader(data).uint32();
}

async function identityOf(own: Uint8Array): Promise<KeyPair> {
  if (own.length !== KEY_LENGTH) {
    throw new Malformed("a key of another length");
  }
  return { private: new Secret(own), public: await SUITE_1.signaturePublic(own) };
}

/** Ids are ASCII: their order as texts is their order as bytes. */
function sorted<Id extends string, T>(values: ReadonlyMap<Id, T>): readonly (readonly [Id, T])[] {
  return [...values].toSorted(([one], [other]) => (one < other ? -1 : 1));
}

function compare(one: Uint8Array, other: Uint8Array): number {
  const at = one.findIndex((byte, place) => byte !== other[place]);
  return at < 0 ? 0 : (one[at] ?? 0) - (other[at] ?? 0);
}
