/** What is signed, by whom, and how it travels unencrypted: RFC 9420, sections 6, 6.1 and 6.2. */

import type { Reader } from "./codec.ts";
import { encode, Malformed, Writer } from "./codec.ts";
import { Commit } from "./commit.ts";
import type { GroupContext } from "./group_context.ts";
import type { Proposal } from "./proposal.ts";
import { readProposal, writeProposal } from "./proposal.ts";
import { ContentType, ProtocolVersion, SenderType, WireFormat } from "./registry.ts";
import type { Suite } from "./suite.ts";

const LABEL = "FramedContentTBS";
const PROPOSAL_REFERENCE_LABEL = "MLS 1.0 Proposal Reference";

/** A member by leaf, an external sender by its place in a list, or a newcomer. */
export class Sender {
  declare readonly type: SenderType;
  readonly index: number = 0;

  constructor(given: { readonly type: SenderType; readonly index?: number }) {
    Object.assign(this, given);
  }

  /** Append the wire form. */
  write(writer: Writer): void {
    writer.uint8(this.type);
    if (isNumbered(this.type)) {
      writer.uint32(this.index);
    }
  }

  /** Take the wire form. */
  static read(this: void, reader: Reader): Sender {
    const type = reader.enum8(SenderType);
    return new Sender({ type, index: isNumbered(type) ? reader.uint32() : 0 });
  }
}

export type Body = Uint8Array | Proposal | Commit;

type ContentFields = {
  readonly groupId: Uint8Array;
  readonly epoch: bigint;
  readonly sender: Sender;
  readonly authenticatedData?: Uint8Array;
  readonly body: Body;
};

/** What a sender says in one epoch of one group: application bytes, a proposal, a commit. */
export class FramedContent {
  declare readonly groupId: Uint8Array;
  declare readonly epoch: bigint;
  declare readonly sender: Sender;
  readonly authenticatedData: Uint8Array = new Uint8Array();
  declare readonly body: Body;
  // The wire form, once known: it is signed, tagged, hashed and sent.
  #wire: Uint8Array | null = null;

  constructor(given: ContentFields) {
    Object.assign(this, given);
  }

  /** The kind of the body. */
  get type(): ContentType {
    if (this.body instanceof Uint8Array) {
      return ContentType.APPLICATION;
    }
    return this.body instanceof Commit ? ContentType.COMMIT : ContentType.PROPOSAL;
  }

  /** Return the wire form. */
  wire(): Uint8Array {
    this.#wire ??= this.#encodeWire();
    return this.#wire;
  }

  /** Append the wire form. */
  write(writer: Writer): void {
    writer.raw(this.wire());
  }

  /** Take the wire form. */
  static read(this: void, reader: Reader): FramedContent {
    const start = reader.position;
    const content = new FramedContent({
      groupId: reader.opaque(),
      epoch: reader.uint64(),
      sender: Sender.read(reader),
      authenticatedData: reader.opaque(),
      body: readBody(reader, reader.enum8(ContentType)),
    });
    content.#wire = reader.since(start);
    return content;
  }

  #encodeWire(): Uint8Array {
    const writer = new Writer().opaque(this.groupId).uint64(this.epoch).put(this.sender);
    writer.opaque(this.authenticatedData).uint8(this.type);
    writeBody(writer, this.body);
    return writer.bytes();
  }
}

type AuthFields = {
  readonly signature: Uint8Array;
  readonly confirmationTag?: Uint8Array | null;
};

/** FramedContentAuthData: the signature, and for a commit the confirmation tag. */
export class ContentAuth {
  declare readonly signature: Uint8Array;
  readonly confirmationTag: Uint8Array | null = null;

  constructor(given: AuthFields) {
    Object.assign(this, given);
  }

  /** Append the wire form; whoever reads it knows whether there is a tag. */
  write(writer: Writer): void {
    writer.opaque(this.signature);
    if (this.confirmationTag !== null) {
      writer.opaque(this.confirmationTag);
    }
  }

  /** Take the wire form that goes with a kind of content. */
  static read(this: void, reader: Reader, kind: ContentType): ContentAuth {
    const signature = reader.opaque();
    const confirmationTag = kind === ContentType.COMMIT ? reader.opaque() : null;
    return new ContentAuth({ signature, confirmationTag });
  }
}

/** A content with what vouches for it; the signature covers the wire format too. */
export class AuthenticatedContent {
  declare readonly wireFormat: WireFormat;
  declare readonly content: FramedContent;
  declare readonly auth: ContentAuth;

  constructor(given: Pick<AuthenticatedContent, "wireFormat" | "content" | "auth">) {
    Object.assign(this, given);
  }

  /** Append the wire form. */
  write(writer: Writer): void {
    writer.uint16(this.wireFormat).put(this.content).put(this.auth);
  }

  /** Take the wire form. */
  static read(this: void, reader: Reader): AuthenticatedContent {
    const wireFormat = reader.enum16(WireFormat);
    const content = FramedContent.read(reader);
    const auth = ContentAuth.read(reader, content.type);
    return new AuthenticatedContent({ wireFormat, content, auth });
  }

  /** Return the commit that is the content. Throws Malformed: it is something else. */
  commit(): Commit {
    if (!(this.content.body instanceof Commit)) {
      throw new Malformed("not a commit");
    }
    return this.content.body;
  }

  /** Return the hash that a later commit names this proposal by: section 5.2. */
  proposalReference(suite: Suite): Uint8Array {
    return suite.refHash(PROPOSAL_REFERENCE_LABEL, encode(this));
  }
}

type PublicFields = {
  readonly content: FramedContent;
  readonly auth: ContentAuth;
  readonly membershipTag?: Uint8Array | null;
};

/** A content that travels in the clear; a member proves itself one by the tag. */
export class PublicMessage {
  declare readonly content: FramedContent;
  declare readonly auth: ContentAuth;
  readonly membershipTag: Uint8Array | null = null;

  constructor(given: PublicFields) {
    Object.assign(this, given);
  }

  /** Append the wire form. */
  write(writer: Writer): void {
    writer.put(this.content).put(this.auth);
    if (this.membershipTag !== null) {
      writer.opaque(this.membershipTag);
    }
  }

  /** Take the wire form. */
  static read(this: void, reader: Reader): PublicMessage {
    const content = FramedContent.read(reader);
    const auth = ContentAuth.read(reader, content.type);
    const member = content.sender.type === SenderType.MEMBER;
    return new PublicMessage({ content, auth, membershipTag: member ? reader.opaque() : null });
  }

  /** Return what the signature covers; the tag is the caller's to check first. */
  authenticated(): AuthenticatedContent {
    const { content, auth } = this;
    return new AuthenticatedContent({ wireFormat: WireFormat.PUBLIC_MESSAGE, content, auth });
  }
}

/** Append a content's body, as PublicMessage and PrivateMessage both hold it. */
export function writeBody(writer: Writer, body: Body): void {
  if (body instanceof Uint8Array) {
    writer.opaque(body);
  } else if (body instanceof Commit) {
    writer.put(body);
  } else {
    writeProposal(writer, body);
  }
}

/** Take the body of a content of that kind. */
export function readBody(reader: Reader, kind: ContentType): Body {
  if (kind === ContentType.APPLICATION) {
    return reader.opaque();
  }
  return kind === ContentType.COMMIT ? Commit.read(reader) : readProposal(reader);
}

/** Return FramedContentTBS: members and external committers bind the group context. */
export function signedBytes(
  content: FramedContent,
  wireFormat: WireFormat,
  context: GroupContext | null,
): Uint8Array {
  const writer = new Writer().uint16(ProtocolVersion.MLS10).uint16(wireFormat).put(content);
  const { type } = content.sender;
  if (type === SenderType.MEMBER || type === SenderType.NEW_MEMBER_COMMIT) {
    if (context === null) {
      throw new TypeError("a member speaks in a group context");
    }
    writer.put(context);
  }
  return writer.bytes();
}

/** Sign a content: section 6.1. */
export function signContent(
  suite: Suite,
  content: FramedContent,
  key: Uint8Array,
  within: { readonly context: GroupContext | null; readonly wireFormat?: WireFormat },
): Promise<Uint8Array> {
  const { context, wireFormat = WireFormat.PUBLIC_MESSAGE } = within;
  return suite.signWithLabel(key, LABEL, signedBytes(content, wireFormat, context));
}

/**
 * Accept the signature of a content, given its sender's key.
 *
 * Throws BadSignature: another key, another group, another epoch, or another content.
 */
export async function verifyContent(
  suite: Suite,
  message: AuthenticatedContent,
  key: Uint8Array,
  { context }: { readonly context: GroupContext | null },
): Promise<void> {
  const signed = signedBytes(message.content, message.wireFormat, context);
  await suite.verifyWithLabel(key, LABEL, signed, message.auth.signature);
}

/** Compute what proves that a sender knows the epoch's membership key: section 6.2. */
export function membershipTag(
  suite: Suite,
  message: AuthenticatedContent,
  key: Uint8Array,
  { context }: { readonly context: GroupContext },
): Uint8Array {
  const signed = signedBytes(message.content, message.wireFormat, context);
  return suite.mac(key, new Writer().raw(signed).put(message.auth).bytes());
}

function isNumbered(type: SenderType): boolean {
  return type === SenderType.MEMBER || type === SenderType.EXTERNAL;
}
