/** What everybody may know of a group in one epoch, and the hook that judges its changes. */
import type { GroupContext } from "./group_context.ts";
import type { LeafNode } from "./leaf_node.ts";
import type { RatchetTree } from "./ratchet_tree.ts";
import { suiteOf } from "./suite.ts";
import type { Suite } from "./suite.ts";

/** A client in a group; `identity` is its credential's, which proves nothing by itself. */
export type Member = {
  readonly leaf: number;
  readonly identity: Uint8Array;
  readonly signatureKey: Uint8Array;
  readonly encryptionKey: Uint8Array;
};

type PublicFields = Pick<
  PublicState,
  "context" | "tree" | "interimTranscriptHash" | "confirmationTag"
>;

/** An epoch without its secrets: the context, the tree, and what ties it to the past. */
export class PublicState {
  declare readonly context: GroupContext;
  declare readonly tree: RatchetTree;
  declare readonly interimTranscriptHash: Uint8Array;
  declare readonly confirmationTag: Uint8Array;

  constructor(given: PublicFields) {
    Object.assign(this, given);
  }

  /** The group's cipher suite. */
  get suite(): Suite {
    return suiteOf(this.context.cipherSuite);
  }

  /** The group's name, the same in all epochs. */
  get groupId(): Uint8Array {
    return this.context.groupId;
  }

  /** Number of commits since the group began. */
  get epoch(): bigint {
    return this.context.epoch;
  }

  /** Everybody in the group, by leaf. */
  get members(): readonly Member[] {
    return Array.from(this.tree.members(), ([leaf, node]) => memberOf(leaf, node));
  }

  /**
   * The member at a leaf.
   *
   * @throws NoSuchLeaf: Nobody stands there.
   */
  member(leaf: number): Member {
    return memberOf(leaf, this.tree.member(leaf));
  }
}

/**
 * What a commit does to the members, for `allow` to judge.
 *
 * `removed` are as they were, `added` as they come, `updated` is the committer as its
 * path makes it: a new certificate shows there. The committer of an external commit
 * is the newcomer itself, and `added` holds it too. `references` name the key packages
 * of the others added, in the same order; an external committer used none.
 *
 * For a client about to join, `added` is the whole group and the committer is the
 * member who signed the GroupInfo.
 */
export type Change = {
  readonly added: readonly Member[];
  readonly removed: readonly Member[];
  readonly updated: readonly Member[];
  readonly committer: Member;
  readonly external: boolean;
  readonly references: readonly Uint8Array[];
};

/** The one policy hook: called with a change and the state before it; throwing refuses. */
export type Allow = (change: Change, state: PublicState) => void | Promise<void>;

/** Describes the client at a leaf. */
export function memberOf(leaf: number, node: LeafNode): Member {
  return {
    leaf,
    identity: node.credential.identity,
    signatureKey: node.signatureKey,
    encryptionKey: node.encryptionKey,
  };
}
