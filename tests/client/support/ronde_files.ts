/** The operations of our own vectors on files and backups, R8 and R10: twin of ronde_files.py. */
import assert from "node:assert/strict";

import * as attachment from "../../../web/client/core/attachment.ts";
import { BadAttachment, LABEL, nonce, PREFIX_LENGTH } from "../../../web/client/core/attachment.ts";
import type { RecoveredChannel } from "../../../web/client/core/backup.ts";
import { Backup, recover } from "../../../web/client/core/backup.ts";
import { toBase64 } from "../../../web/client/core/base64.ts";
import type { Past } from "../../../web/client/core/history.ts";
import type { ProfessionalId } from "../../../web/client/core/ids.ts";
import { concat, utf8 } from "../../../web/client/core/mls/codec.ts";
import { unshared } from "../../../web/client/core/mls/keys.ts";
import { SUITE_1 } from "../../../web/client/core/mls/suite.ts";
import * as recovery from "../../../web/client/core/recovery.ts";
import { BadCode, BadRecord } from "../../../web/client/core/recovery.ts";
import type { Given, Operation, Values } from "./ronde_vectors.ts";

/** Files come in pieces that have nothing to do with chunks. */
const ARRIVING = 50_000;

async function openAttachment(given: Given): Promise<Values> {
  const file = {
    key: given.data("key"),
    size: given.number("size"),
    sha256: given.data("sha256"),
  };
  return { data: toBase64(await attachment.open(given.data("sealed"), file)) };
}

/** Seal chunks by hand, each as it is named, and open what they make together. */
async function openChunks(given: Given): Promise<Values> {
  const name = utf8(given.text("name"));
  const key = SUITE_1.hash(concat(utf8("file key "), name));
  const prefix = SUITE_1.hash(concat(utf8("file prefix "), name)).slice(0, PREFIX_LENGTH);
  const chunks = await Promise.all(given.rows("chunks").map((one) => byHand(key, prefix, one)));
  const sealed = concat(prefix, ...chunks);
  const parts: Uint8Array[] = [];
  for await (const part of attachment.openStream(key, arriving(sealed))) parts.push(part);
  const plain = concat(...parts);
  return {
    sealed: toBase64(SUITE_1.hash(sealed)),
    plain: toBase64(SUITE_1.hash(plain)),
    size: plain.length,
  };
}

async function byHand(key: Uint8Array, prefix: Uint8Array, chunk: Given): Promise<Uint8Array> {
  const cipher = await crypto.subtle.importKey("raw", unshared(key), "AES-GCM", false, ["encrypt"]);
  const iv = nonce(prefix, chunk.number("counter"), chunk.flag("last"));
  const plain = new Uint8Array(chunk.number("length")).fill(chunk.number("byte"));
  const place = { name: "AES-GCM", iv, additionalData: LABEL };
  return new Uint8Array(await crypto.subtle.encrypt(place, cipher, plain));
}

function* arriving(data: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < data.length; at += ARRIVING) yield data.subarray(at, at + ARRIVING);
}

function blurSizes(given: Given): Values {
  const sizes = given.numbers("sizes");
  return {
    padded: sizes.map(attachment.paddedSize),
    sealed: sizes.map(attachment.sealedSize),
  };
}

async function readCode(given: Given): Promise<Values> {
  const code = recovery.readCode(given.text("code"));
  const { pair, proof } = await code.keys();
  return {
    written: code.written,
    public_key: toBase64(pair.public),
    private_key: toBase64(pair.private),
    proof: toBase64(proof),
  };
}

async function openRecord(given: Given): Promise<Values> {
  const record = await recovery.open(given.data("record"), await ours(given));
  if (record.kind === "identity") return { private: toBase64(record.private) };
  return {
    channel: record.channel,
    circle: record.circle,
    length: record.length,
    head: toBase64(record.head),
    witnessed: record.witnessed,
    ...plainPast(record.past),
  };
}

async function putTogether(given: Given): Promise<Values> {
  const found = await recover(given.many("records"), await ours(given));
  return {
    identity: found.identity && toBase64(found.identity.public),
    refused: found.refused,
    channels: [...found.channels].map(([channel, said]) => ({ channel, ...plainChannel(said) })),
  };
}

async function ours(given: Given) {
  const keys = await recovery.readCode(given.text("code")).keys();
  return { professional: given.id<ProfessionalId>("professional"), keys };
}

function plainChannel(said: RecoveredChannel): Values {
  return {
    circle: said.circle,
    length: said.length,
    head: toBase64(said.head),
    pasts: said.pasts.map(plainPast),
  };
}

function plainPast(past: Past): Values {
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

function readBackup(given: Given): Values {
  const backup = Backup.decode(given.data("backup"));
  const done = [...backup.channels.values()];
  assert.equal(toBase64(backup.proof).length, 44);
  return {
    public_key: toBase64(backup.publicKey),
    identity: backup.identity,
    channels: done.map((one) => ({ channel: one.channel, upto: one.upto, given: one.given })),
    again: toBase64(backup.encode()),
  };
}

export const FILE_OPERATIONS: readonly (readonly [string, Operation])[] = [
  ["open_attachment", openAttachment],
  ["open_chunks", openChunks],
  ["blur_sizes", blurSizes],
  ["read_code", readCode],
  ["open_record", openRecord],
  ["put_together", putTogether],
  ["read_backup", readBackup],
];
export const FILE_REFUSALS = [BadAttachment, BadCode, BadRecord] as const;
