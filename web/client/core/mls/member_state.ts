/** An epoch as one member has it: the public state, its private keys, the epoch's secrets. */
import { Malformed } from "./codec.ts";
import type { Reader, Writer } from "./codec.ts";
import { GroupContext } from "./group_context.ts";
import type { KeyPackageSecrets } from "./key_package.ts";
import { deriveEpoch } from "./key_schedule.ts";
import type { EpochSecrets } from "./key_schedule.ts";
import { PublicState } from "./public_state.ts";
import { RatchetTree } from "./ratchet_tree.ts";
import { Refused } from "./refused.ts";
import { Secret, equal, suiteOf } from "./suite.ts";
import { confirmationTag, interimHash } from "./transcript.ts";
import { rootHash } from "./tree_hash.ts";
import { TreeKeys } from "./tree_kem.ts";

/** A confirmation tag does not fit the secrets we derived: not the same group. */
export class Unconfirmed extends Refused {}

/** What a member keeps of an epoch, but for its signature key, which outlives epochs. */
export class MemberState {
  declare readonly state: PublicState;
  declare readonly keys: TreeKeys;
  declare readonly secrets: EpochSecrets;

  constructor(given: Pick<MemberState, "state" | "keys" | "secrets">) {
    Object.assign(this, given);
  }

  /** Appends a form for the member's own vault; it is not part of RFC 9420. */
  write(writer: Writer): void {
    writer.put(this.state.context).put(this.state.tree);
    writer.opaque(this.state.confirmationTag).put(this.keys).opaque(this.secrets.epoch);
  }

  /**
   * Takes the form that `write` made; signatures were verified when it was new.
   *
   * @throws Malformed: It is something else, or its parts do not belong together.
   * @throws Unconfirmed: Its secrets are not those of its epoch.
   */
  static async read(this: void, reader: Reader): Promise<MemberState> {
    const context = GroupContext.read(reader);
    const tree = RatchetTree.read(reader);
    const tag = reader.opaque();
    const keys = TreeKeys.read(reader);
    const secrets = deriveEpoch(suiteOf(context.cipherSuite), new Secret(reader.opaque()));
    const own = new MemberState({ state: stateOf(context, tree, tag), keys, secrets });
    if (!equal(rootHash(own.state.suite, tree), context.treeHash)) {
      throw new Malformed("a tree that is not the group's");
    }
    if (!(await keys.fit(own.state.suite, tree))) {
      throw new Malformed("private keys that are not the tree's");
    }
    checkConfirmed(own);
    return own;
  }
}

/** Begins a group of one: RFC 9420, section 11. */
export function firstEpoch(groupId: Uint8Array, secrets: KeyPackageSecrets): MemberState {
  const { keyPackage } = secrets;
  const suite = suiteOf(keyPackage.cipherSuite);
  const tree = RatchetTree.of(keyPackage.leafNode);
  const confirmed = new Uint8Array();
  const context = new GroupContext({
    cipherSuite: suite.id,
    groupId,
    epoch: 0n,
    treeHash: rootHash(suite, tree),
    confirmedTranscriptHash: confirmed,
  });
  const epoch = deriveEpoch(suite, suite.randomSecret());
  const tag = confirmationTag(suite, epoch.confirmationKey, confirmed);
  const keys = new TreeKeys({ leaf: 0, private: new Map([[0, secrets.encryptionKey]]) });
  return new MemberState({ state: stateOf(context, tree, tag), keys, secrets: epoch });
}

/** Puts a public state together; the interim hash follows from the tag: section 8.2. */
export function stateOf(context: GroupContext, tree: RatchetTree, tag: Uint8Array): PublicState {
  const suite = suiteOf(context.cipherSuite);
  return new PublicState({
    context,
    tree,
    interimTranscriptHash: interimHash(suite, context.confirmedTranscriptHash, tag),
    confirmationTag: tag,
  });
}

/**
 * Accepts an epoch's confirmation tag, in constant time.
 *
 * @throws Unconfirmed: Our secrets give another.
 */
export function checkConfirmed(own: MemberState): void {
  const { suite, context, confirmationTag: tag } = own.state;
  const { confirmedTranscriptHash } = context;
  const expected = confirmationTag(suite, own.secrets.confirmationKey, confirmedTranscriptHash);
  if (!equal(expected, tag)) throw new Unconfirmed();
}
