/**
 * Contents that travel encrypted: RFC 9420, section 6.3.
 *
 * Ronde sends none, and `Group` refuses them; this stands for the official vectors. It
 * keeps no record of generations used, so nothing here stops a replay.
 */

import { decode, encode, Malformed, Reader, Writer } from "./codec.ts";
import {
  AuthenticatedContent,
  ContentAuth,
  FramedContent,
  readBody,
  Sender,
  writeBody,
} from "./framing.ts";
import { ContentType, SenderType, WireFormat } from "./registry.ts";
import type { MessageKey } from "./secret_tree.ts";
import { messageKey, senderDataKey } from "./secret_tree.ts";
import type { Suite } from "./suite.ts";
import { Secret } from "./suite.ts";

const GUARD_LENGTH = 4;

type Fields = {
  readonly groupId: Uint8Array;
  readonly epoch: bigint;
  readonly type: ContentType;
  readonly authenticatedData: Uint8Array;
  readonly encryptedSenderData: Uint8Array;
  readonly ciphertext: Uint8Array;
};

/** A content sealed with its sender's next key; who the sender is, sealed apart. */
export class PrivateMessage {
  declare readonly groupId: Uint8Array;
  declare readonly epoch: bigint;
  declare readonly type: ContentType;
  declare readonly authenticatedData: Uint8Array;
  declare readonly encryptedSenderData: Uint8Array;
  declare readonly ciphertext: Uint8Array;

  constructor(given: Fields) {
    Object.assign(this, given);
  }

  /** Append the wire form. */
  write(writer: Writer): void {
    writer.opaque(this.groupId).uint64(this.epoch).uint8(this.type);
    writer.opaque(this.authenticatedData).opaque(this.encryptedSenderData);
    writer.opaque(this.ciphertext);
  }

  /** Take the wire form. */
  static read(this: void, reader: Reader): PrivateMessage {
    return new PrivateMessage({
      groupId: reader.opaque(),
      epoch: reader.uint64(),
      type: reader.enum8(ContentType),
      authenticatedData: reader.opaque(),
      encryptedSenderData: reader.opaque(),
      ciphertext: reader.opaque(),
    });
  }
}

/** Which member's which key sealed a content, and what its nonce was disturbed with. */
class SenderData {
  declare readonly leaf: number;
  declare readonly generation: number;
  declare readonly reuseGuard: Uint8Array;

  constructor(given: Pick<SenderData, "leaf" | "generation" | "reuseGuard">) {
    Object.assign(this, given);
  }

  /** Append the wire form. */
  write(writer: Writer): void {
    writer.uint32(this.leaf).uint32(this.generation).raw(this.reuseGuard);
  }

  /** Take the wire form. */
  static read(this: void, reader: Reader): SenderData {
    return new SenderData({
      leaf: reader.uint32(),
      generation: reader.uint32(),
      reuseGuard: reader.raw(GUARD_LENGTH),
    });
  }
}

/** What an epoch seals contents with; `leafCount` is the width of its tree. */
export type MessageSecrets = {
  readonly encryption: Secret;
  readonly senderData: Secret;
  readonly leafCount: number;
};

/**
 * Seal a content that was signed for this wire format.
 *
 * Throws TypeError: it was signed for another wire format, or not by a member.
 */
export async function protect(
  suite: Suite,
  message: AuthenticatedContent,
  secrets: MessageSecrets,
  { generation, padding = 0 }: { readonly generation: number; readonly padding?: number },
): Promise<PrivateMessage> {
  const { groupId, epoch, type, authenticatedData, sender } = message.content;
  if (message.wireFormat !== WireFormat.PRIVATE_MESSAGE) {
    throw new TypeError("it was signed to travel otherwise");
  }
  if (sender.type !== SenderType.MEMBER) {
    throw new TypeError("members alone have message keys");
  }
  const reuseGuard = crypto.getRandomValues(new Uint8Array(GUARD_LENGTH));
  const data = new SenderData({ leaf: sender.index, generation, reuseGuard });
  const { key, nonce } = contentKey(suite, secrets, data, type);
  const header = headerOf(groupId, epoch, type);
  const aad = new Writer().raw(header).opaque(authenticatedData).bytes();
  const ciphertext = await suite.aeadSeal(key, nonce, aad, plaintextOf(message, padding));
  const outer = senderDataKey(suite, secrets.senderData, ciphertext);
  const encryptedSenderData = await suite.aeadSeal(outer.key, outer.nonce, header, encode(data));
  const fields = { groupId, epoch, type, authenticatedData, encryptedSenderData, ciphertext };
  return new PrivateMessage(fields);
}

/**
 * Open a content; its signature is the caller's to verify.
 *
 * Throws BadTag: other secrets sealed it, or it was altered. Malformed: it holds something
 * else, its padding is not zeros, or no leaf is so named. UnusableGeneration: its key is
 * too far ahead.
 */
export async function unprotect(
  suite: Suite,
  message: PrivateMessage,
  secrets: MessageSecrets,
): Promise<AuthenticatedContent> {
  const { ciphertext, type } = message;
  const header = headerOf(message.groupId, message.epoch, type);
  const outer = senderDataKey(suite, secrets.senderData, ciphertext);
  const sealed = message.encryptedSenderData;
  const opened = await suite.aeadOpen(outer.key, outer.nonce, header, sealed);
  const sender = decode(SenderData.read, opened);
  if (sender.leaf >= secrets.leafCount) {
    throw new Malformed("a sender outside the tree");
  }
  const { key, nonce } = contentKey(suite, secrets, sender, type);
  const aad = new Writer().raw(header).opaque(message.authenticatedData).bytes();
  return readPlaintext(await suite.aeadOpen(key, nonce, aad, ciphertext), message, sender);
}

/** Derive a content's key, the reuse guard already mixed into the nonce. */
function contentKey(
  suite: Suite,
  secrets: MessageSecrets,
  { leaf, generation, reuseGuard }: SenderData,
  kind: ContentType,
): MessageKey {
  const { key, nonce } = messageKey(suite, secrets.encryption, {
    leafCount: secrets.leafCount,
    leaf,
    ratchet: kind === ContentType.APPLICATION ? "application" : "handshake",
    generation,
  });
  return { key, nonce: new Secret(nonce.map((byte, at) => byte ^ (reuseGuard[at] ?? 0))) };
}

/** Return SenderDataAAD, which PrivateContentAAD begins with. */
function headerOf(groupId: Uint8Array, epoch: bigint, kind: ContentType): Uint8Array {
  return new Writer().opaque(groupId).uint64(epoch).uint8(kind).bytes();
}

function plaintextOf(message: AuthenticatedContent, padding: number): Uint8Array {
  const writer = new Writer();
  writeBody(writer, message.content.body);
  return writer.put(message.auth).raw(new Uint8Array(padding)).bytes();
}

function readPlaintext(
  plaintext: Uint8Array,
  { groupId, epoch, type, authenticatedData }: PrivateMessage,
  sender: SenderData,
): AuthenticatedContent {
  const reader = new Reader(plaintext);
  const body = readBody(reader, type);
  const auth = ContentAuth.read(reader, type);
  if (reader.raw(plaintext.length - reader.position).some((byte) => byte !== 0)) {
    throw new Malformed("padding that is not zeros");
  }
  const member = new Sender({ type: SenderType.MEMBER, index: sender.leaf });
  const content = new FramedContent({ groupId, epoch, sender: member, authenticatedData, body });
  return new AuthenticatedContent({ wireFormat: WireFormat.PRIVATE_MESSAGE, content, auth });
}
