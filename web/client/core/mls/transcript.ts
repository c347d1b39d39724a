/** The running hashes that tie an epoch to every commit before it: RFC 9420, section 8.2. */

import { Writer } from "./codec.ts";
import type { AuthenticatedContent } from "./framing.ts";
import type { Suite } from "./suite.ts";

/** Hash a commit, signature included, onto what came before. */
export function confirmedHash(
  suite: Suite,
  interim: Uint8Array,
  commit: AuthenticatedContent,
): Uint8Array {
  const writer = new Writer().raw(interim).uint16(commit.wireFormat);
  return suite.hash(writer.put(commit.content).opaque(commit.auth.signature).bytes());
}

/** Hash a commit's confirmation tag onto the confirmed hash. */
export function interimHash(
  suite: Suite,
  confirmed: Uint8Array,
  confirmationTag: Uint8Array,
): Uint8Array {
  return suite.hash(new Writer().raw(confirmed).opaque(confirmationTag).bytes());
}

/** Compute what proves that a committer arrived where we did: section 6.1. */
export function confirmationTag(
  suite: Suite,
  confirmationKey: Uint8Array,
  confirmed: Uint8Array,
): Uint8Array {
  return suite.mac(confirmationKey, confirmed);
}
