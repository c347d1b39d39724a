/**
 * Several clients of the TypeScript core in one process, told what to do by JSON lines.
 *
 * Each request is one line {id, op, name, ...}; each answer one line {id, ok, ...} or
 * {id, error}, the error by its class. Bytes are base64. The peer keeps no policy: it
 * allows everything, so that a disagreement between the two cores always shows.
 */
import { createInterface } from "node:readline";

import { decode } from "../../../web/client/core/mls/codec.ts";
import { Credential } from "../../../web/client/core/mls/credential.ts";
import { Group } from "../../../web/client/core/mls/group.ts";
import { KeyPackageSecrets, newKeyPackage } from "../../../web/client/core/mls/key_package.ts";
import { Lifetime } from "../../../web/client/core/mls/lifetime.ts";
import { pack, unpackKeyPackage } from "../../../web/client/core/mls/message.ts";
import { PublicGroup } from "../../../web/client/core/mls/public_group.ts";
import type { Allow } from "../../../web/client/core/mls/public_state.ts";
import { SUITE_1 } from "../../../web/client/core/mls/suite.ts";

/** What a request may carry; each operation takes what it needs. */
type Given = {
  readonly name: string;
  readonly seconds: number;
  readonly secrets: string;
  readonly identity: string;
  readonly group_id: string;
  readonly welcome: string | null;
  readonly tree: string | null;
  readonly adds: readonly string[];
  readonly removes: readonly number[];
  readonly commit: string;
  readonly group_info: string;
  readonly committer: number;
  readonly replaces: number | null;
  readonly group: string;
  readonly label: string;
  readonly context: string;
  readonly length: number;
};

const accept: Allow = () => {};
const secrets = new Map<string, KeyPackageSecrets>();
const groups = new Map<string, Group>();
const services = new Map<string, PublicGroup>();
let now = 0;

function toBytes(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, "base64"));
}

function toText(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}

function held<Kind>(map: ReadonlyMap<string, Kind>, name: string): Kind {
  const value = map.get(name);
  if (value === undefined) throw new Error("nothing is held under that name");
  return value;
}

const operations: Record<string, (given: Given) => object | Promise<object>> = {
  /** Stops the clock at the moment the tests live in. */
  stop_clock({ seconds }) {
    now = 1000 * seconds;
    return {};
  },

  async key_package({ name, identity }) {
    const key = await SUITE_1.generateSignatureKey();
    const credential = new Credential({ identity: toBytes(identity) });
    const made = await newKeyPackage(SUITE_1, credential, key, Lifetime.starting(now));
    secrets.set(name, made);
    return { key_package: toText(pack(made.keyPackage)) };
  },

  /** Takes the secrets of a key package that was made elsewhere. */
  hold({ name, secrets: kept }) {
    secrets.set(name, decode(KeyPackageSecrets.read, toBytes(kept)));
    return {};
  },

  create({ name, group_id }) {
    groups.set(name, Group.create(toBytes(group_id), held(secrets, name)));
    return {};
  },

  async join({ name, welcome, tree }) {
    const given = tree === null ? null : toBytes(tree);
    const ours = held(secrets, name);
    groups.set(name, await Group.join(toBytes(welcome ?? ""), ours, given, accept, now));
    return {};
  },

  async commit({ name, adds, removes }) {
    const packages = adds.map((each) => unpackKeyPackage(toBytes(each)));
    const { commit, welcome, group } = await held(groups, name).commit(packages, removes, { now });
    groups.set(name, group);
    const sent = welcome === null ? null : toText(welcome);
    return { commit: toText(commit), welcome: sent, tree: toText(group.tree) };
  },

  async enter({ name, group_info, replaces }) {
    const ours = held(secrets, name);
    const made = await Group.external(toBytes(group_info), ours, replaces, accept, now);
    groups.set(name, made.group);
    return { commit: toText(made.commit) };
  },

  /** Follows a commit from what the vault would have kept. */
  async process({ name, commit }) {
    const kept = await Group.decode(held(groups, name).encode());
    groups.set(name, await kept.process(toBytes(commit), accept, now));
    return {};
  },

  async group_info({ name }) {
    return { group_info: toText(await held(groups, name).groupInfo()) };
  },

  encode({ name }) {
    return { group: toText(held(groups, name).encode()) };
  },

  /** Reads a group that was written elsewhere, to go on with it here. */
  async decode({ name, group }) {
    groups.set(name, await Group.decode(toBytes(group)));
    return {};
  },

  /** Begins to watch a group as the delivery service does. */
  async watch({ name, group_info }) {
    services.set(name, await PublicGroup.fromGroupInfo(toBytes(group_info)));
    return {};
  },

  /** Follows a commit as the delivery service does, with all that comes with it. */
  async follow({ name, commit, welcome, group_info, committer }) {
    const service = await held(services, name).process(toBytes(commit), accept, now);
    service.checkWelcome(welcome === null ? null : toBytes(welcome));
    await service.checkGroupInfo(toBytes(group_info), committer);
    services.set(name, service);
    const { treeHash, confirmedTranscriptHash } = service.state.context;
    return { tree_hash: toText(treeHash), transcript: toText(confirmedTranscriptHash) };
  },

  view({ name, label, context, length }) {
    const group = held(groups, name);
    return {
      epoch: Number(group.epoch),
      leaf: group.leaf,
      tree_hash: toText(group.state.context.treeHash),
      transcript: toText(group.confirmedTranscriptHash),
      authenticator: toText(group.authenticator),
      exported: toText(group.export(label, toBytes(context), length)),
    };
  },
};

async function answer(line: string): Promise<object> {
  const { id, op, ...given } = JSON.parse(line) as Given & { id: number; op: string };
  try {
    return { id, ok: true, ...(await operations[op]?.(given)) };
  } catch (error) {
    return { id, ok: false, error: error instanceof Error ? error.constructor.name : "no error" };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await answer(line))}\n`);
}
