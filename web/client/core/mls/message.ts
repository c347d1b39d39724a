/** The outermost frame of everything that travels: MLSMessage of RFC 9420, section 6. */

import type { Read, Reader, Writer } from "./codec.ts";
import { decode, encode } from "./codec.ts";
import { PublicMessage } from "./framing.ts";
import { GroupInfo } from "./group_info.ts";
import { KeyPackage } from "./key_package.ts";
import { PrivateMessage } from "./private_message.ts";
import { OutOfProfile } from "./refused.ts";
import { ProtocolVersion, WireFormat } from "./registry.ts";
import { Welcome } from "./welcome.ts";

export type Content = PublicMessage | PrivateMessage | Welcome | GroupInfo | KeyPackage;

type Kind<T extends Content> = { readonly read: Read<T>; readonly prototype: T };

const KINDS = {
  [WireFormat.PUBLIC_MESSAGE]: PublicMessage,
  [WireFormat.PRIVATE_MESSAGE]: PrivateMessage,
  [WireFormat.WELCOME]: Welcome,
  [WireFormat.GROUP_INFO]: GroupInfo,
  [WireFormat.KEY_PACKAGE]: KeyPackage,
} satisfies Record<WireFormat, Kind<Content>>;

/** One message of version 1.0; what it holds tells the wire format. */
export class MlsMessage {
  declare readonly content: Content;

  constructor(given: { readonly content: Content }) {
    Object.assign(this, given);
  }

  /** Append the wire form. */
  write(writer: Writer): void {
    writer.uint16(ProtocolVersion.MLS10).uint16(wireFormatOf(this.content)).put(this.content);
  }

  /** Take the wire form. */
  static read(this: void, reader: Reader): MlsMessage {
    reader.enum16(ProtocolVersion);
    return new MlsMessage({ content: KINDS[reader.enum16(WireFormat)].read(reader) });
  }
}

/** Return the registered number of what a message holds. */
export function wireFormatOf(content: Content): WireFormat {
  if (content instanceof PublicMessage) {
    return WireFormat.PUBLIC_MESSAGE;
  }
  if (content instanceof PrivateMessage) {
    return WireFormat.PRIVATE_MESSAGE;
  }
  if (content instanceof Welcome) {
    return WireFormat.WELCOME;
  }
  return content instanceof GroupInfo ? WireFormat.GROUP_INFO : WireFormat.KEY_PACKAGE;
}

/** Frame something for the way. */
export function pack(content: Content): Uint8Array {
  return encode(new MlsMessage({ content }));
}

/** Take the frame off; nothing inside is verified. Throws Malformed: it is no MLSMessage. */
export function unpack(data: Uint8Array): Content {
  return decode(MlsMessage.read, data).content;
}

/**
 * Take the frame off a PublicMessage.
 *
 * Throws OutOfProfile: it holds something else: a PrivateMessage, say. Malformed: the bytes
 * are no MLSMessage.
 */
export function unpackPublic(data: Uint8Array): PublicMessage {
  return unpackOnly(data, PublicMessage);
}

/** Take the frame off a Welcome. Throws OutOfProfile and Malformed like `unpackPublic`. */
export function unpackWelcome(data: Uint8Array): Welcome {
  return unpackOnly(data, Welcome);
}

/** Take the frame off a GroupInfo. Throws OutOfProfile and Malformed like `unpackPublic`. */
export function unpackGroupInfo(data: Uint8Array): GroupInfo {
  return unpackOnly(data, GroupInfo);
}

/** Take the frame off a key package. Throws OutOfProfile and Malformed like `unpackPublic`. */
export function unpackKeyPackage(data: Uint8Array): KeyPackage {
  return unpackOnly(data, KeyPackage);
}

function unpackOnly<T extends Content>(
  data: Uint8Array,
  kind: abstract new (given: never) => T,
): T {
  const content = unpack(data);
  if (!(content instanceof kind)) {
    throw new OutOfProfile("another message than was asked for");
  }
  return content;
}
