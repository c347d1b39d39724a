/**
 * The secret tree: which key seals which PrivateMessage. RFC 9420, section 9.
 *
 * Ronde sends its handshakes in the clear and its content in envelopes of its own, and
 * `Group` refuses PrivateMessages; this stands for the official vectors. So it keeps no
 * state, deletes nothing and forgets no generation: not a thing to send messages with.
 */

import { utf8, Writer } from "./codec.ts";
import { Refused } from "./refused.ts";
import type { Suite } from "./suite.ts";
import { Secret } from "./suite.ts";

// Each generation costs a derivation, and its number comes from the sender.
const MAX_GENERATION = 1024;

/** A generation so far ahead that deriving it would only burn time. */
export class UnusableGeneration extends Refused {}

/** The two ratchets of a member, by the label of their first secret. */
export type Ratchet = "handshake" | "application";

/** What seals one message: an AEAD key and a nonce before the reuse guard. */
export type MessageKey = { readonly key: Secret; readonly nonce: Secret };

/**
 * Derive the key of one message of one member, from the root of the tree.
 *
 * `leafCount` is the width of the full tree: a power of two.
 *
 * Throws UnusableGeneration: the generation is past `MAX_GENERATION`.
 */
export function messageKey(
  suite: Suite,
  encryptionSecret: Uint8Array,
  of: {
    readonly leafCount: number;
    readonly leaf: number;
    readonly ratchet: Ratchet;
    readonly generation: number;
  },
): MessageKey {
  const { generation } = of;
  if (generation > MAX_GENERATION) {
    throw new UnusableGeneration();
  }
  const node = leafSecret(suite, encryptionSecret, of);
  let secret = suite.deriveSecret(node, of.ratchet);
  for (let step = 0; step < generation; step++) {
    secret = deriveTreeSecret(suite, secret, "secret", step, suite.hashLength);
  }
  return {
    key: deriveTreeSecret(suite, secret, "key", generation, suite.keyLength),
    nonce: deriveTreeSecret(suite, secret, "nonce", generation, suite.nonceLength),
  };
}

/** Derive what seals the name of the sender, from a sample of the ciphertext: section 6.3.2. */
export function senderDataKey(
  suite: Suite,
  senderDataSecret: Uint8Array,
  ciphertext: Uint8Array,
): MessageKey {
  const sample = ciphertext.subarray(0, suite.hashLength);
  return {
    key: suite.expandWithLabel(senderDataSecret, "key", sample, suite.keyLength),
    nonce: suite.expandWithLabel(senderDataSecret, "nonce", sample, suite.nonceLength),
  };
}

/** DeriveTreeSecret of RFC 9420, section 9. */
export function deriveTreeSecret(
  suite: Suite,
  secret: Uint8Array,
  label: string,
  generation: number,
  length: number,
): Secret {
  const context = new Writer().uint32(generation).bytes();
  return suite.expandWithLabel(secret, label, context, length);
}

/** Walk from the root down to a leaf, halving the tree at each step. */
function leafSecret(
  suite: Suite,
  root: Uint8Array,
  { leafCount, leaf }: { readonly leafCount: number; readonly leaf: number },
): Secret {
  let secret = new Secret(root);
  for (let width = leafCount >> 1; width > 0; width >>= 1) {
    const side = utf8(leaf & width ? "right" : "left");
    secret = suite.expandWithLabel(secret, "tree", side, suite.hashLength);
  }
  return secret;
}
