/**
 * A group as the delivery service has it: everything that can be checked without a secret.
 *
 * It cannot check confirmation tags, membership tags and what paths are sealed with; the
 * members do, and tell each other when they disagree (protocol R11, R14).
 */
import { encode, nameOf } from "./codec.ts";
import { readExternalPub } from "./extensions.ts";
import { verifyGroupInfo } from "./group_info.ts";
import type { GroupInfo } from "./group_info.ts";
import { verifiedState } from "./joining.ts";
import { LifetimePolicy } from "./lifetime.ts";
import type { Moment } from "./lifetime.ts";
import { unpackGroupInfo, unpackPublic, unpackWelcome } from "./message.ts";
import { checkClients, checkExtensions, proposalsOf } from "./profile.ts";
import type { Allow, Change, Member, PublicState } from "./public_state.ts";
import { Refused } from "./refused.ts";
import { equal, suiteOf } from "./suite.ts";
import { finish, stage, verifyCommit } from "./transition.ts";

/** A GroupInfo does not describe the epoch that its commit begins. */
export class GroupInfoMismatch extends Refused {}

/** A Welcome is not for exactly those whom its commit adds. */
export class WelcomeMismatch extends Refused {}

/** The public state of one epoch, and the change that led to it, if we saw it. */
export class PublicGroup {
  declare readonly state: PublicState;
  readonly change: Change | null = null;

  constructor(given: { readonly state: PublicState; readonly change?: Change | null }) {
    Object.assign(this, given);
  }

  /**
   * Begins from a GroupInfo that carries its tree.
   *
   * @throws Refused: Its tree or its signature does not hold, or it is out of our profile.
   */
  static async fromGroupInfo(data: Uint8Array): Promise<PublicGroup> {
    const info = unpackGroupInfo(data);
    checkExtensions(info.context.extensions);
    const state = await verifiedState(info, null, new LifetimePolicy({ now: null }));
    checkClients(state.tree);
    checkWayIn(info);
    return new PublicGroup({ state });
  }

  /** The group's name, the same in all epochs. */
  get groupId(): Uint8Array {
    return this.state.groupId;
  }

  /** Number of commits since the group began. */
  get epoch(): bigint {
    return this.state.epoch;
  }

  /** Everybody in the group, by leaf. */
  get members(): readonly Member[] {
    return this.state.members;
  }

  /**
   * The member at a leaf.
   *
   * @throws NoSuchLeaf: Nobody stands there.
   */
  member(leaf: number): Member {
    return this.state.member(leaf);
  }

  /**
   * Follows a commit; `allow` is told who made it, and compares with who sent it.
   *
   * @throws Refused: Something in it does not hold; or whatever `allow` throws.
   */
  async process(message: Uint8Array, allow: Allow, now: Moment): Promise<PublicGroup> {
    const authenticated = unpackPublic(message).authenticated();
    await verifyCommit(this.state, authenticated);
    const proposals = proposalsOf(authenticated);
    const lifetimes = new LifetimePolicy({ now });
    const staged = await stage(this.state, authenticated, proposals, lifetimes);
    checkClients(staged.tree);
    await allow(staged.change, this.state);
    const state = finish(this.state, staged, authenticated);
    return new PublicGroup({ state, change: staged.change });
  }

  /**
   * Accepts the GroupInfo that comes with the commit just processed.
   *
   * @throws GroupInfoMismatch: Another epoch, tree, transcript or signer, or no way in that
   *   anybody could take.
   * @throws BadSignature: The committer did not sign it.
   */
  async checkGroupInfo(data: Uint8Array, committer: number): Promise<void> {
    const info = unpackGroupInfo(data);
    const { state } = this;
    const tree = info.treeBytes();
    if (
      !equal(encode(info.context), encode(state.context)) ||
      info.signer !== committer ||
      !equal(info.confirmationTag, state.confirmationTag) ||
      tree === null ||
      !equal(tree, encode(state.tree))
    ) {
      throw new GroupInfoMismatch();
    }
    checkWayIn(info);
    await verifyGroupInfo(state.suite, info, state.tree.member(committer).signatureKey);
  }

  /**
   * Accepts the Welcome that comes with the commit just processed.
   *
   * @throws WelcomeMismatch: It leaves out one whom the commit adds, or names another.
   */
  checkWelcome(data: Uint8Array | null): void {
    const added = this.change?.references ?? [];
    const named = data === null ? [] : welcomeReferences(data);
    if (inOrder(named) !== inOrder(added)) throw new WelcomeMismatch();
  }
}

/**
 * Tells which key packages a Welcome is for, by reference.
 *
 * @throws OutOfProfile: It is not a Welcome.
 * @throws Malformed: It is no MLSMessage.
 */
export function welcomeReferences(data: Uint8Array): readonly Uint8Array[] {
  return unpackWelcome(data).references();
}

function checkWayIn(info: GroupInfo): void {
  // With a key that no secret can be agreed with, a group that lost the thread stays lost.
  const key = readExternalPub(info.extensions);
  if (key === null || !suiteOf(info.context.cipherSuite).isUsableKey(key)) {
    throw new GroupInfoMismatch();
  }
}

function inOrder(references: readonly Uint8Array[]): string {
  return JSON.stringify(references.map(nameOf).sort());
}
