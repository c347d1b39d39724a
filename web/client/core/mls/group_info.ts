/** What a group shows to those about to join it, signed by a member: RFC 9420, section 12.4.3. */

import type { Reader } from "./codec.ts";
import { decode, encode, replace, Writer } from "./codec.ts";
import { Extension, find, readExtensions } from "./extensions.ts";
import { GroupContext } from "./group_context.ts";
import { RatchetTree } from "./ratchet_tree.ts";
import { ExtensionType } from "./registry.ts";
import type { Suite } from "./suite.ts";

const LABEL = "GroupInfoTBS";

type Fields = {
  readonly context: GroupContext;
  readonly extensions: readonly Extension[];
  readonly confirmationTag: Uint8Array;
  readonly signer: number;
  readonly signature?: Uint8Array;
};

/** An epoch's context and confirmation tag, with extensions; `signer` is a leaf. */
export class GroupInfo {
  declare readonly context: GroupContext;
  declare readonly extensions: readonly Extension[];
  declare readonly confirmationTag: Uint8Array;
  declare readonly signer: number;
  readonly signature: Uint8Array = new Uint8Array();

  constructor(given: Fields) {
    Object.assign(this, given);
  }

  /** Return the wire form without the signature. */
  content(): Uint8Array {
    const writer = new Writer().put(this.context).vector(this.extensions);
    return writer.opaque(this.confirmationTag).uint32(this.signer).bytes();
  }

  /** Append the wire form. */
  write(writer: Writer): void {
    writer.raw(this.content()).opaque(this.signature);
  }

  /** Take the wire form. */
  static read(this: void, reader: Reader): GroupInfo {
    return new GroupInfo({
      context: GroupContext.read(reader),
      extensions: readExtensions(reader),
      confirmationTag: reader.opaque(),
      signer: reader.uint32(),
      signature: reader.opaque(),
    });
  }

  /** Return the content of the `ratchet_tree` extension, if there is one. */
  treeBytes(): Uint8Array | null {
    return find(this.extensions, ExtensionType.RATCHET_TREE);
  }
}

/** Make the extension that carries the whole tree: section 12.4.3.3. */
export function treeExtension(tree: RatchetTree): Extension {
  return new Extension({ type: ExtensionType.RATCHET_TREE, data: encode(tree) });
}

/** Read the content of a `ratchet_tree` extension. Throws Malformed: it is no tree. */
export function readTree(data: Uint8Array): RatchetTree {
  return decode(RatchetTree.read, data);
}

/** Return the GroupInfo with its signer's signature. */
export async function signGroupInfo(
  suite: Suite,
  info: GroupInfo,
  key: Uint8Array,
): Promise<GroupInfo> {
  const signature = await suite.signWithLabel(key, LABEL, info.content());
  return replace(info, { signature });
}

/**
 * Accept a GroupInfo's signature, given the key in its signer's leaf.
 *
 * Throws BadSignature: no such member signed it.
 */
export async function verifyGroupInfo(
  suite: Suite,
  info: GroupInfo,
  key: Uint8Array,
): Promise<void> {
  await suite.verifyWithLabel(key, LABEL, info.content(), info.signature);
}
