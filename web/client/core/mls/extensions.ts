/** Extensions, and those of them that we read: RFC 9420, sections 11.1, 12.4.3.2 and 13.4. */

import type { Reader } from "./codec.ts";
import { decode, encode, Malformed, Writer } from "./codec.ts";
import { ExtensionType } from "./registry.ts";

/** A numbered addition whose content only those who know the number understand. */
export class Extension {
  declare readonly type: number;
  declare readonly data: Uint8Array;

  constructor(given: { readonly type: number; readonly data: Uint8Array }) {
    Object.assign(this, given);
  }

  /** Append the wire form. */
  write(writer: Writer): void {
    writer.uint16(this.type).opaque(this.data);
  }

  /** Take the wire form. */
  static read(this: void, reader: Reader): Extension {
    return new Extension({ type: reader.uint16(), data: reader.opaque() });
  }
}

type Requirements = {
  readonly extensions?: readonly number[];
  readonly proposals?: readonly number[];
  readonly credentials?: readonly number[];
};

/** What every member of a group must be able to do: section 11.1. */
export class RequiredCapabilities {
  readonly extensions: readonly number[] = [];
  readonly proposals: readonly number[] = [];
  readonly credentials: readonly number[] = [];

  constructor(given: Requirements = {}) {
    Object.assign(this, given);
  }

  /** Append the wire form. */
  write(writer: Writer): void {
    writer.uint16s(this.extensions).uint16s(this.proposals).uint16s(this.credentials);
  }

  /** Take the wire form. */
  static read(this: void, reader: Reader): RequiredCapabilities {
    return new RequiredCapabilities({
      extensions: reader.uint16s(),
      proposals: reader.uint16s(),
      credentials: reader.uint16s(),
    });
  }
}

/** Take a list of extensions. Throws Malformed: one type stands there twice (section 13.4). */
export function readExtensions(reader: Reader): readonly Extension[] {
  const extensions = reader.vector(Extension.read);
  if (new Set(extensions.map((each) => each.type)).size !== extensions.length) {
    throw new Malformed("an extension given twice");
  }
  return extensions;
}

/** Return the content of the extension of that type, if there is one. */
export function find(extensions: readonly Extension[], kind: ExtensionType): Uint8Array | null {
  return extensions.find((each) => each.type === kind)?.data ?? null;
}

/** Make the extension that lets outsiders join by external commit. */
export function externalPub(key: Uint8Array): Extension {
  const data = new Writer().opaque(key).bytes();
  return new Extension({ type: ExtensionType.EXTERNAL_PUB, data });
}

/** Return the external key of a GroupInfo, if it gives one. */
export function readExternalPub(extensions: readonly Extension[]): Uint8Array | null {
  const data = find(extensions, ExtensionType.EXTERNAL_PUB);
  return data && decode((reader) => reader.opaque(), data);
}

/** Make the extension that says what members must be able to do. */
export function requiredCapabilities(required: RequiredCapabilities): Extension {
  return new Extension({ type: ExtensionType.REQUIRED_CAPABILITIES, data: encode(required) });
}

/** Return what a group asks of its members: nothing, if it does not say. */
export function readRequired(extensions: readonly Extension[]): RequiredCapabilities {
  const data = find(extensions, ExtensionType.REQUIRED_CAPABILITIES);
  return data ? decode(RequiredCapabilities.read, data) : new RequiredCapabilities();
}
