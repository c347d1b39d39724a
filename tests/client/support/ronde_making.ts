/**
 * Vectors made here, for the Python twin to read: random contents, and a small story.
 *
 * Each comes with the values that this side reads out of it, so that the other side can
 * compare more than "it did not refuse".
 */
import { randomBytes } from "node:crypto";

import { toBase64 } from "../../../web/client/core/base64.ts";
import { Bundle } from "../../../web/client/core/bundle.ts";
import * as content from "../../../web/client/core/content.ts";
import type { Content } from "../../../web/client/core/content.ts";
import * as entries from "../../../web/client/core/entry.ts";
import { Entry } from "../../../web/client/core/entry.ts";
import * as history from "../../../web/client/core/history.ts";
import { EpochKey, Past, Tenure } from "../../../web/client/core/history.ts";
import {
  attest,
  credentialIdentity,
  Device,
  newIdentity,
} from "../../../web/client/core/identity.ts";
import type {
  BlobId,
  ChannelId,
  CircleId,
  DeviceId,
  DocumentId,
  EntryId,
  ProfessionalId,
  TaskId,
} from "../../../web/client/core/ids.ts";
import { newId } from "../../../web/client/core/ids.ts";
import { admit, dismiss, found, verifyChain } from "../../../web/client/core/membership.ts";
import type { Roster } from "../../../web/client/core/membership.ts";
import { encode } from "../../../web/client/core/mls/codec.ts";
import type { KeyPair } from "../../../web/client/core/mls/suite.ts";
import { Secret } from "../../../web/client/core/mls/suite.ts";
import { HistoryGrant } from "../../../web/client/core/statement.ts";
import type { Statement } from "../../../web/client/core/statement.ts";
import type { Values } from "./ronde_vectors.ts";

const NOW = Date.UTC(2026, 10, 22, 9, 30, 0, 123);
const DAY = 86_400_000;
// What two languages may write, count or sort differently.
const LETTERS = [
  ..."aé\"\\/\b\f\n\r\t\u0000\u001f\u007f\u0085\u00a0\u2028\u2029\ufeff\ufffd",
  "👩🏽‍⚕️",
  "𐀀",
  "\u{10ffff}",
  "e\u0301",
  "\\ud83d",
  "__proto__",
];

/** A vector without what only files need. */
export type Made = { readonly given: Values; readonly steps: readonly Values[] };

/** Draws whatever a seed gives, the same each time. */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A whole number from 0 to `most`. */
  upTo(most: number): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((this.#state / 2 ** 32) * (most + 1));
  }

  of<T>(values: readonly T[]): T {
    const drawn = values[this.upTo(values.length - 1)];
    if (drawn === undefined) throw new RangeError("nothing to draw from");
    return drawn;
  }

  maybe<T>(make: () => T): T | null {
    return this.upTo(1) === 0 ? null : make();
  }

  many<T>(most: number, make: () => T): readonly T[] {
    return Array.from({ length: this.upTo(most) }, make);
  }

  text(most: number, least = 0): string {
    const letters = this.many(most, () => this.of(LETTERS));
    return letters.length < least ? "x" : letters.join("");
  }
}

/** A content that a person might have written, were they given to odd letters. */
export function randomContent(dice: Dice): Content {
  const people = (): readonly ProfessionalId[] => dice.many(3, () => newId() as ProfessionalId);
  const steps = (): readonly content.ChecklistItem[] =>
    dice.many(3, () => ({ text: dice.text(4, 1), done: dice.upTo(1) === 1 }));
  const task = newId() as TaskId;
  const entry = newId() as EntryId;
  return dice.of<() => Content>([
    () => message(dice, people()),
    () => ({ kind: "edit", of: entry, text: dice.text(30, 1), mentions: people() }),
    () => ({ kind: "deletion", of: entry }),
    () => ({
      kind: "task",
      task,
      title: dice.text(5, 1),
      details: dice.text(20),
      checklist: steps(),
      due: dice.maybe(() => dice.of(["", "2028-02-29"])),
      assignees: dice.maybe(people),
      document: dice.maybe(() => dice.of(["", newId() as DocumentId])),
    }),
    () => ({
      kind: "task_change",
      task,
      title: dice.maybe(() => dice.text(5, 1)),
      details: dice.maybe(() => dice.text(20)),
      checklist: dice.maybe(steps),
      state: dice.maybe(() => "in-progress"),
      due: dice.maybe(() => dice.of(["", "2027-01-31"])),
      assignees: dice.maybe(people),
      document: dice.maybe(() => dice.of(["", newId() as DocumentId])),
      note: dice.text(9),
    }),
    () => ({ kind: "reaction", to: entry, emoji: dice.of(["👍🏽", "❤️", "\u0000"]) }),
    () => ({ kind: "document", document: newId() as DocumentId, label: dice.text(5) }),
  ])();
}

function message(dice: Dice, mentions: readonly ProfessionalId[]): Content {
  const attachments = dice.many(3, () => ({
    blob: newId() as BlobId,
    key: new Secret(randomBytes(32)),
    size: dice.of([0, 1, 65_536, 10 << 20]),
    sha256: randomBytes(32),
    type: dice.of(["image/webp", "application/vnd.oasis.opendocument.text", "a/b"]),
    name: dice.text(5, 1),
    width: dice.maybe(() => 1 + dice.upTo(65_534)),
    height: dice.maybe(() => 1 + dice.upTo(65_534)),
  }));
  return {
    kind: "message",
    text: dice.text(30, attachments.length > 0 ? 0 : 1),
    replyTo: dice.maybe(() => newId() as EntryId),
    mentions,
    attachments,
    urgent: dice.upTo(1) === 1,
  };
}

/** The vector that says: this body is a content, and is written so. */
export function contentVector(said: Content): Made {
  const body = toBase64(content.encode(said));
  return { given: { type: content.typeOf(said), body }, steps: [{ do: "read_content" }] };
}

type Person = { readonly identity: KeyPair; readonly device: Device };

async function someone(): Promise<Person> {
  const identity = await newIdentity();
  const names = [newId() as ProfessionalId, newId() as DeviceId] as const;
  return { identity, device: await Device.enrol(identity, ...names, { now: NOW }) };
}

/** Two people meet, one founds a circle, writes, and hands the past on: a vector each. */
export async function story(): Promise<readonly Made[]> {
  const [ana, ben] = [await someone(), await someone()];
  const circle = newId() as CircleId;
  const chain = await chainOf(circle, ana, ben);
  const encoded = chain.map((one) => toBase64(one.encode()));
  const channel = newId() as ChannelId;
  return [
    certificateVector(ben),
    await attestationVector(ana, ben),
    { given: { circle, chain: encoded }, steps: [{ do: "verify_membership" }] },
    await entryVector(ana, channel),
    await historyVector({ ana, ben, channel }, { circle, chain: encoded.slice(0, 2) }),
    bundleVector(),
  ];
}

function certificateVector({ identity, device }: Person): Made {
  const given = {
    credential: toBase64(credentialIdentity(device.certificate)),
    identity_key: toBase64(identity.public),
    now: NOW,
  };
  return { given, steps: [{ do: "verify_certificate" }] };
}

async function attestationVector(ana: Person, ben: Person): Promise<Made> {
  const seen = { professional: ben.device.professional, identityKey: ben.identity.public, at: NOW };
  const attestation = await attest(ana.device.professional, ana.identity, seen);
  const given = {
    attestation: toBase64(encode(attestation)),
    coordinator_key: toBase64(ana.identity.public),
  };
  return { given, steps: [{ do: "verify_attestation" }] };
}

async function chainOf(circle: CircleId, ana: Person, ben: Person): Promise<readonly Statement[]> {
  const signer = ana.device;
  const chain = [await found(circle, ana.identity.public, { signer, now: NOW })];
  const known = (): Promise<Roster> =>
    verifyChain(
      chain.map((one) => one.encode()),
      circle,
    );
  const since = new HistoryGrant("since", NOW - DAY);
  const more = { role: "\ufeffmédecin 👩🏽‍⚕️", identityKey: ben.identity.public, history: since };
  const { professional } = ben.device;
  chain.push(await admit(await known(), professional, { ...more, signer, now: NOW + DAY }));
  chain.push(await dismiss(await known(), professional, { signer, now: NOW }));
  return chain;
}

async function entryVector({ device }: Person, channel: ChannelId): Promise<Made> {
  const key = new Secret(randomBytes(32));
  const [epoch, leaf] = [2 ** 40 + 3, 5];
  const said = message(new Dice(epoch), []);
  const entry = new Entry({
    channel,
    epoch,
    professional: device.professional,
    leaf,
    id: newId() as EntryId,
    type: content.typeOf(said),
    thread: newId() as EntryId,
    previous: randomBytes(32),
    counter: 2 ** 32 - 1,
    circleLength: 3,
    circleHead: randomBytes(32),
    body: content.encode(said),
  });
  const envelope = await entries.seal(entry, { key, signatureKey: device.signatureKey.private });
  const member = {
    epoch,
    leaf,
    professional: device.professional,
    device: device.id,
    signature_key: toBase64(device.signatureKey.public),
  };
  const given = { envelope: toBase64(envelope.encode()), key: toBase64(key), members: [member] };
  return { given, steps: [{ do: "open_entry" }] };
}

async function historyVector(
  { ana, ben, channel }: { ana: Person; ben: Person; channel: ChannelId },
  known: { circle: CircleId; chain: readonly string[] },
): Promise<Made> {
  const epochs = Array.from(
    { length: 40 },
    (_, epoch) => new EpochKey({ epoch, key: new Secret(randomBytes(32)), began: NOW + epoch }),
  );
  const tenures = [
    new Tenure({ leaf: 0, first: 0, last: null, certificate: ana.device.certificate }),
    new Tenure({ leaf: 1, first: 3, last: 9, certificate: ben.device.certificate }),
  ];
  const [past] = history.split(epochs, tenures);
  const recipient = ben.device.certificate;
  const bundle = await history.seal(past ?? new Past({ epochs, tenures }), {
    channel,
    recipient,
    giver: ana.device,
    last: false,
  });
  const given = {
    ...known,
    channel,
    bundle: toBase64(bundle.encode()),
    device: toBase64(encode(ben.device)),
  };
  return { given, steps: [{ do: "open_history" }] };
}

function bundleVector(): Made {
  const bundle = new Bundle({
    groupInfo: randomBytes(70_000),
    commit: randomBytes(63),
    welcome: randomBytes(64),
    keyPackages: [randomBytes(32), randomBytes(32)],
  });
  return { given: { bundle: toBase64(bundle.encode()) }, steps: [{ do: "read_bundle" }] };
}
