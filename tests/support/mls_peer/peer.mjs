/**
 * Several ts-mls clients in one process, told what to do by JSON lines.
 *
 * Each request is one line {id, op, ...}; each answer one line {id, ok, ...} or
 * {id, error}. Bytes are base64. The peer keeps no policy: it accepts what its
 * library accepts, so that a disagreement with our core always shows.
 */
import { createInterface } from "node:readline";

import {
  acceptAll,
  createCommit,
  createGroup,
  decodeMlsMessage,
  defaultKeyPackageEqualityConfig,
  defaultKeyRetentionConfig,
  defaultPaddingConfig,
  encodeMlsMessage,
  emptyPskIndex,
  generateKeyPackage,
  getCiphersuiteFromName,
  getCiphersuiteImpl,
  joinGroup,
  mlsExporter,
  processPublicMessage,
} from "ts-mls";
import { decodeRatchetTree } from "ts-mls/ratchetTree.js";

const SUITE = "MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519";
const CAPABILITIES = {
  versions: ["mls10"],
  ciphersuites: [SUITE],
  extensions: [],
  proposals: [],
  credentials: ["basic"],
};
const CONFIG = {
  keyRetentionConfig: defaultKeyRetentionConfig,
  lifetimeConfig: { maximumTotalLifetime: 7_776_000n, validateLifetimeOnReceive: false },
  keyPackageEqualityConfig: defaultKeyPackageEqualityConfig,
  paddingConfig: defaultPaddingConfig,
  authService: { validateCredential: async () => true },
};

const suite = await getCiphersuiteImpl(getCiphersuiteFromName(SUITE));
const keyPackages = new Map();
const states = new Map();

const toBytes = (text) => new Uint8Array(Buffer.from(text, "base64"));
const toText = (bytes) => Buffer.from(bytes).toString("base64");

function decode(text) {
  const bytes = toBytes(text);
  const decoded = decodeMlsMessage(bytes, 0);
  if (decoded === undefined || decoded[1] !== bytes.length) throw new Error("not one MLSMessage");
  return decoded[0];
}

function decodeTree(text) {
  const decoded = decodeRatchetTree(toBytes(text), 0);
  if (decoded === undefined) throw new Error("not a ratchet tree");
  return decoded[0];
}

function held(map, name) {
  const value = map.get(name);
  if (value === undefined) throw new Error(`nothing is held for ${name}`);
  return value;
}

const operations = {
  /** Stops the clock at the moment the tests live in; the library asks Date.now. */
  async stop_clock({ seconds }) {
    Date.now = () => seconds * 1000;
    return {};
  },

  async key_package({ name, identity, not_before, not_after }) {
    const made = await generateKeyPackage(
      { credentialType: "basic", identity: toBytes(identity) },
      CAPABILITIES,
      { notBefore: BigInt(not_before), notAfter: BigInt(not_after) },
      [],
      suite,
    );
    keyPackages.set(name, made);
    const message = {
      version: "mls10",
      wireformat: "mls_key_package",
      keyPackage: made.publicPackage,
    };
    return { key_package: toText(encodeMlsMessage(message)) };
  },

  async create({ name, group_id }) {
    const { publicPackage, privatePackage } = held(keyPackages, name);
    const id = toBytes(group_id);
    const state = await createGroup(id, publicPackage, privatePackage, [], suite, CONFIG);
    states.set(name, state);
    return {};
  },

  async join({ name, welcome, tree }) {
    const { publicPackage, privatePackage } = held(keyPackages, name);
    const state = await joinGroup(
      decode(welcome).welcome,
      publicPackage,
      privatePackage,
      emptyPskIndex,
      suite,
      tree === null ? undefined : decodeTree(tree),
      undefined,
      CONFIG,
    );
    states.set(name, state);
    return {};
  },

  async commit({ name, adds, removes }) {
    const extraProposals = [
      ...removes.map((removed) => ({ proposalType: "remove", remove: { removed } })),
      ...adds.map((text) => ({
        proposalType: "add",
        add: { keyPackage: decode(text).keyPackage },
      })),
    ];
    const made = await createCommit(
      { state: held(states, name), cipherSuite: suite },
      { wireAsPublicMessage: true, extraProposals, ratchetTreeExtension: true },
    );
    states.set(name, made.newState);
    const welcome = made.welcome && {
      version: "mls10",
      wireformat: "mls_welcome",
      welcome: made.welcome,
    };
    return {
      commit: toText(encodeMlsMessage(made.commit)),
      welcome: welcome ? toText(encodeMlsMessage(welcome)) : null,
    };
  },

  async process({ name, commit }) {
    const { newState } = await processPublicMessage(
      held(states, name),
      decode(commit).publicMessage,
      emptyPskIndex,
      suite,
      acceptAll,
    );
    states.set(name, newState);
    return {};
  },

  async forget({ name }) {
    states.delete(name);
    keyPackages.delete(name);
    return {};
  },

  async view({ name, label, context, length }) {
    const { groupContext, keySchedule, privatePath } = held(states, name);
    const secret = keySchedule.exporterSecret;
    return {
      epoch: Number(groupContext.epoch),
      leaf: privatePath.leafIndex,
      tree_hash: toText(groupContext.treeHash),
      transcript: toText(groupContext.confirmedTranscriptHash),
      authenticator: toText(keySchedule.epochAuthenticator),
      exported: toText(await mlsExporter(secret, label, toBytes(context), length, suite)),
    };
  },
};

async function answer(line) {
  const { id, op, ...given } = JSON.parse(line);
  try {
    return { id, ok: true, ...(await operations[op](given)) };
  } catch (error) {
    return { id, ok: false, error: `${error.name}: ${error.message}` };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await answer(line))}\n`);
}
