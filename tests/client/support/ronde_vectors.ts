/**
 * Runs our own vectors: each step is one operation on what is given, the last one's result counts.
 *
 * The twin of tests/support/ronde_vectors.py. A vector is `{name, source, comment, given,
 * steps, expect}`. A step is `{do, ...}`, its other keys and those of `given` are the
 * operation's arguments: bytes in base64, moments in milliseconds since 1970. `expect` is
 * `{outcome: "ok", ...values}` or `{outcome: code}`.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";

import { AuthorChain } from "../../../web/client/core/author.ts";
import { fromBase64, toBase64 } from "../../../web/client/core/base64.ts";
import { BadBundle, Bundle } from "../../../web/client/core/bundle.ts";
import * as content from "../../../web/client/core/content.ts";
import * as entries from "../../../web/client/core/entry.ts";
import { BadEntry, Entry, Envelope } from "../../../web/client/core/entry.ts";
import type { Member } from "../../../web/client/core/entry.ts";
import * as history from "../../../web/client/core/history.ts";
import { BadHistory, HistoryBundle } from "../../../web/client/core/history.ts";
import {
  Attestation,
  BadAttestation,
  BadCertificate,
  certificateOf,
  Device,
} from "../../../web/client/core/identity.ts";
import type {
  ChannelId,
  CircleId,
  DeviceId,
  EntryId,
  ProfessionalId,
} from "../../../web/client/core/ids.ts";
import { BadChain, extendsChain, NotOnRoster } from "../../../web/client/core/membership.ts";
import { verifyChain } from "../../../web/client/core/membership.ts";
import type { Seat } from "../../../web/client/core/membership.ts";
import { decode, encode, Malformed } from "../../../web/client/core/mls/codec.ts";
import { vouching } from "../../../web/client/core/policy.ts";
import { circleCode, safetyNumber } from "../../../web/client/core/safety.ts";
import { statementHash } from "../../../web/client/core/statement.ts";
import { FILE_OPERATIONS, FILE_REFUSALS } from "./ronde_files.ts";
import { TASK_OPERATIONS } from "./ronde_tasks.ts";

const FOLDER = new URL("../../vectors/ronde/", import.meta.url);
const KEYS = ["comment", "expect", "given", "name", "source", "steps"];

export type Values = Readonly<Record<string, unknown>>;
export type Vector = {
  readonly name: string;
  readonly given: Values;
  readonly steps: readonly Values[];
  readonly expect: Values;
};
export type Operation = (given: Given) => Values | Promise<Values>;

/** Every file that lies with the vectors: an unknown one is for the reader to stumble over. */
export function files(): readonly string[] {
  return readdirSync(FOLDER).toSorted();
}

export function load(file: string): Vector {
  const vector: Vector = JSON.parse(readFileSync(new URL(file, FOLDER), "utf8"));
  assert.deepEqual(Object.keys(vector).toSorted(), KEYS, file);
  return vector;
}

/** Run a vector's steps; a refusal ends it with its code. */
export async function run(vector: Pick<Vector, "given" | "steps">): Promise<Values> {
  let values: Values = {};
  for (const step of vector.steps) {
    const operation = OPERATIONS.get(String(step["do"]));
    assert.ok(operation, `no operation ${String(step["do"])}`);
    try {
      values = await operation(new Given({ ...vector.given, ...step }));
    } catch (error) {
      return { outcome: codeOf(error) };
    }
  }
  return { outcome: "ok", ...values };
}

function codeOf(refusal: unknown): string {
  for (const kind of [BadCertificate, BadChain, BadEntry, BadHistory, ...FILE_REFUSALS]) {
    if (refusal instanceof kind) return refusal.fault;
  }
  for (const [kind, code] of CODES) {
    if (refusal instanceof kind) return code;
  }
  throw refusal;
}

const CODES: ReadonlyMap<abstract new () => Error, string> = new Map<
  abstract new () => Error,
  string
>([
  [BadAttestation, "bad_attestation"],
  [BadBundle, "bad_bundle"],
  [content.BadContent, "bad_content"],
  [Malformed, "malformed"],
  [NotOnRoster, "not_on_roster"],
]);

/** The arguments of an operation, each read as what it has to be. */
export class Given {
  readonly #raw: Readonly<Record<string, unknown>>;

  constructor(raw: Readonly<Record<string, unknown>>) {
    this.#raw = raw;
  }

  has(key: string): boolean {
    return Object.hasOwn(this.#raw, key);
  }

  text(key: string): string {
    const value = this.#raw[key];
    assert.ok(typeof value === "string", key);
    return value;
  }

  id<Id extends string>(key: string): Id {
    return this.text(key) as Id;
  }

  data(key: string): Uint8Array {
    return fromBase64(this.text(key));
  }

  number(key: string): number {
    const value = this.#raw[key];
    assert.ok(typeof value === "number", key);
    return value;
  }

  flag(key: string): boolean {
    const value = this.#raw[key];
    assert.ok(typeof value === "boolean", key);
    return value;
  }

  ids<Id extends string>(key: string): readonly Id[] {
    return this.#list(key).map((each) => String(each) as Id);
  }

  numbers(key: string): readonly number[] {
    return this.#list(key).map(Number);
  }

  rows(key: string): readonly Given[] {
    return this.#list(key).map((row) => new Given(row as Record<string, unknown>));
  }

  many(key: string): readonly Uint8Array[] {
    return this.#list(key).map((each) => fromBase64(String(each)));
  }

  #list(key: string): readonly unknown[] {
    const value = this.#raw[key];
    assert.ok(Array.isArray(value), key);
    return value;
  }
}

async function verifyCertificate(given: Given): Promise<Values> {
  const certificate = certificateOf(given.data("credential"));
  await certificate.verify(given.data("identity_key"), given.number("now"));
  return {
    professional: certificate.professional,
    device: certificate.device,
    signature_key: toBase64(certificate.signatureKey),
    hpke_key: toBase64(certificate.hpkeKey),
    not_after: certificate.notAfter,
    suite: certificate.suite,
  };
}

async function verifyAttestation(given: Given): Promise<Values> {
  const attestation = decode(Attestation.read, given.data("attestation"));
  await attestation.verify(given.data("coordinator_key"));
  return {
    professional: attestation.professional,
    identity_key: toBase64(attestation.identityKey),
    at: attestation.at,
    coordinator: attestation.coordinator,
  };
}

async function verifyMembership(given: Given): Promise<Values> {
  const trusted = given.has("trusted") ? given.data("trusted") : null;
  const roster = await verifyChain(given.many("chain"), given.id<CircleId>("circle"), trusted);
  const seats = [...roster.active.values()].toSorted((one, other) =>
    one.professional < other.professional ? -1 : 1,
  );
  const length = roster.statements.length;
  return { active: seats.map(plainSeat), head: toBase64(roster.head), length };
}

function plainSeat(seat: Seat): Values {
  return {
    professional: seat.professional,
    identity_key: toBase64(seat.identityKey),
    role: seat.role,
    history: seat.history.policy,
    history_since: seat.history.since,
    since_index: seat.sinceIndex,
    since: seat.since,
  };
}

/** The exporter is replaced by one that returns its label and context, to be compared. */
function deriveContentKey(given: Given): Values {
  const asked: Values[] = [];
  const exporter: entries.Exporter = (label, context, length) => {
    asked.push({ label, context: toBase64(context), length });
    return new Uint8Array(length);
  };
  entries.contentKey(exporter, given.id<ChannelId>("channel"), given.number("epoch"));
  const [only, ...more] = asked;
  assert.ok(only !== undefined && more.length === 0);
  return only;
}

async function openEntry(given: Given): Promise<Values> {
  const known = new Map(
    given.rows("members").map((row) => [
      `${row.number("epoch")} ${row.number("leaf")}`,
      {
        leaf: row.number("leaf"),
        professional: row.id<ProfessionalId>("professional"),
        device: row.id<DeviceId>("device"),
        signatureKey: row.data("signature_key"),
      } satisfies Member,
    ]),
  );
  const { entry, author } = await entries.open(Envelope.decode(given.data("envelope")), {
    key: given.data("key"),
    members: (epoch, leaf) => known.get(`${epoch} ${leaf}`) ?? null,
  });
  return { ...plainEntry(entry), device: author.device };
}

function plainEntry(entry: Entry): Values {
  return {
    channel: entry.channel,
    epoch: entry.epoch,
    professional: entry.professional,
    leaf: entry.leaf,
    entry: entry.id,
    type: entry.type,
    thread: entry.thread,
    previous: toBase64(entry.previous),
    counter: entry.counter,
    circle_length: entry.circleLength,
    circle_head: toBase64(entry.circleHead),
    body: toBase64(entry.body),
    hash: toBase64(entry.hash),
  };
}

function followAuthor(given: Given): Values {
  let chain = new AuthorChain();
  const notices = [];
  for (const encoded of given.many("entries")) {
    const [followed, notice] = chain.follow(decode(Entry.read, encoded));
    chain = followed;
    notices.push(notice);
  }
  return { notices, missing: chain.missing, counter: chain.counter };
}

async function openHistory(given: Given): Promise<Values> {
  const roster = await verifyChain(given.many("chain"), given.id<CircleId>("circle"));
  const past = await history.open(HistoryBundle.decode(given.data("bundle")), {
    channel: given.id<ChannelId>("channel"),
    device: decode(Device.read, given.data("device")),
    vouched: vouching(roster),
  });
  return {
    epochs: past.epochs.map(({ epoch, key, began }) => ({ epoch, key: toBase64(key), began })),
    tenures: past.tenures.map(({ leaf, first, last, certificate }) => ({
      leaf,
      first,
      last,
      device: certificate.device,
    })),
  };
}

function readBundle(given: Given): Values {
  const bundle = Bundle.decode(given.data("bundle"));
  return {
    commit: bundle.commit && toBase64(bundle.commit),
    welcome: bundle.welcome && toBase64(bundle.welcome),
    group_info: toBase64(bundle.groupInfo),
    key_packages: bundle.keyPackages.map(toBase64),
    again: toBase64(encode(bundle)),
  };
}

async function numberOf(given: Given): Promise<Values> {
  const [one, other, ...more] = given
    .rows("people")
    .map((each) => [each.id<ProfessionalId>("id"), each.data("key")] as const);
  assert.ok(one !== undefined && other !== undefined && more.length === 0);
  return { number: await safetyNumber(one, other) };
}

function readContent(given: Given): Values {
  const said = content.decode(given.text("type"), given.data("body"));
  return { again: toBase64(content.encode(said)) };
}

const OPERATIONS: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ["verify_certificate", verifyCertificate],
  ["verify_attestation", verifyAttestation],
  ["verify_membership", verifyMembership],
  ["compare_chains", (given) => ({ extends: extendsChain(given.many("old"), given.many("new")) })],
  ["hash_statement", (given) => ({ hash: toBase64(statementHash(given.data("statement"))) })],
  ["derive_content_key", deriveContentKey],
  [
    "derive_entry_key",
    (given) => ({
      key: toBase64(entries.entryKey(given.data("key"), given.id<EntryId>("entry"))),
    }),
  ],
  ["open_entry", openEntry],
  ["follow_author", followAuthor],
  ["open_history", openHistory],
  ["read_bundle", readBundle],
  ["safety_number", numberOf],
  ["circle_code", (given) => ({ code: circleCode(given.data("authenticator")) })],
  ["read_content", readContent],
  ...FILE_OPERATIONS,
  ...TASK_OPERATIONS,
]);
