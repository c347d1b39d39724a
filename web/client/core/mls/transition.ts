/**
 * What a commit does to the public side of a group: RFC 9420, section 12.4.2.
 *
 * Members, joiners and the delivery service go through the same steps: `verifyCommit`,
 * `stage`, `finish`. None of them needs a secret; a member does its part in between.
 */
import { replace } from "./codec.ts";
import type { Commit } from "./commit.ts";
import type { AuthenticatedContent, FramedContent } from "./framing.ts";
import { verifyContent } from "./framing.ts";
import type { GroupContext } from "./group_context.ts";
import { checkLeaf } from "./leaf_node.ts";
import type { LifetimePolicy } from "./lifetime.ts";
import {
  InvalidProposals,
  applyProposals,
  checkExternal,
  checkRegular,
  needsPath,
} from "./proposal_list.ts";
import type { Applied, SentProposal } from "./proposal_list.ts";
import { PublicState, memberOf } from "./public_state.ts";
import type { Change } from "./public_state.ts";
import type { RatchetTree } from "./ratchet_tree.ts";
import { OutOfProfile, Refused } from "./refused.ts";
import { SenderType } from "./registry.ts";
import { BadTag, equal } from "./suite.ts";
import { confirmedHash, interimHash } from "./transcript.ts";
import { rootHash } from "./tree_hash.ts";
import { InvalidPath, mergePath } from "./tree_kem.ts";
import { checkUnique } from "./tree_validation.ts";
import type { UpdatePath } from "./update_path.ts";

/** A message speaks of another group. */
export class WrongGroup extends Refused {}

/** A message was made in an epoch that is not the current one: replayed, or too early. */
export class WrongEpoch extends Refused {}

/**
 * A commit checked and applied, but not adopted.
 *
 * `context` is the provisional one: the new epoch and tree hash, the old transcript.
 */
export type Staged = {
  readonly committer: number;
  readonly applied: Applied;
  readonly tree: RatchetTree;
  readonly path: UpdatePath | null;
  readonly context: GroupContext;
  readonly change: Change;
};

/**
 * Accepts a content made in this group and this epoch.
 *
 * @throws WrongGroup: It speaks of another group.
 * @throws WrongEpoch: It was made in another epoch.
 */
export function checkAddressed(state: PublicState, content: FramedContent): void {
  if (!equal(content.groupId, state.groupId)) throw new WrongGroup();
  if (content.epoch !== state.epoch) throw new WrongEpoch();
}

/**
 * Accepts a commit's frame: its group, its epoch, and its sender's signature.
 *
 * @throws WrongGroup: It speaks of another group.
 * @throws WrongEpoch: It was made in another epoch.
 * @throws NoSuchLeaf: Its sender is not a member.
 * @throws BadSignature: Its sender did not sign it.
 * @throws OutOfProfile: Its sender is of a kind that cannot commit.
 * @throws Malformed: It is no commit.
 */
export async function verifyCommit(
  state: PublicState,
  message: AuthenticatedContent,
): Promise<Commit> {
  const commit = message.commit();
  checkAddressed(state, message.content);
  await verifyContent(state.suite, message, committerKey(state, message), {
    context: state.context,
  });
  return commit;
}

/**
 * Checks and applies a commit whose frame is verified and whose proposals are at hand.
 *
 * @throws Refused: A proposal, the list of them, or the path is not valid.
 */
export async function stage(
  state: PublicState,
  message: AuthenticatedContent,
  proposals: readonly SentProposal[],
  lifetimes: LifetimePolicy | null,
): Promise<Staged> {
  const { sender } = message.content;
  const { path } = message.commit();
  const external = sender.type === SenderType.NEW_MEMBER_COMMIT;
  checkList(state, message, proposals);
  const applied = await applyProposals(state.context, state.tree, proposals, lifetimes);
  const committer = external ? applied.tree.firstBlank() : sender.index;
  const tree = path === null ? applied.tree : await withPath(state, applied, committer, path);
  checkUnique(tree);
  return {
    committer,
    applied,
    tree,
    path,
    context: provisionalContext(state, applied, tree),
    change: describe(state, applied, tree, { committer, external }),
  };
}

/**
 * Returns the epoch that a staged commit begins; its confirmation tag is not checked here.
 *
 * @throws BadTag: The commit has no confirmation tag.
 */
export function finish(
  state: PublicState,
  staged: Staged,
  message: AuthenticatedContent,
): PublicState {
  const tag = message.auth.confirmationTag;
  if (tag === null) throw new BadTag();
  const confirmed = confirmedHash(state.suite, state.interimTranscriptHash, message);
  return new PublicState({
    context: replace(staged.context, { confirmedTranscriptHash: confirmed }),
    tree: staged.tree,
    interimTranscriptHash: interimHash(state.suite, confirmed, tag),
    confirmationTag: tag,
  });
}

/** Returns the context that path secrets are sealed under: section 12.4.1. */
export function provisionalContext(
  state: PublicState,
  applied: Applied,
  tree: RatchetTree,
): GroupContext {
  return replace(state.context, {
    epoch: state.epoch + 1n,
    treeHash: rootHash(state.suite, tree),
    extensions: applied.extensions,
  });
}

/** Says what a commit does to the members, for `allow` to judge. */
export function describe(
  state: PublicState,
  applied: Applied,
  tree: RatchetTree,
  { committer, external }: { readonly committer: number; readonly external: boolean },
): Change {
  const added = applied.added.map(([leaf, keyPackage]) => memberOf(leaf, keyPackage.leafNode));
  const after = memberOf(committer, tree.member(committer));
  const updated = applied.updated.map((leaf) => memberOf(leaf, tree.member(leaf)));
  return {
    added: external ? [...added, after] : added,
    removed: applied.removed.map((leaf) => state.member(leaf)),
    updated: external ? updated : [...updated, after],
    committer: external ? after : state.member(committer),
    external,
    references: applied.added.map(([, keyPackage]) => keyPackage.reference()),
  };
}

function committerKey(state: PublicState, message: AuthenticatedContent): Uint8Array {
  const { sender } = message.content;
  if (sender.type === SenderType.MEMBER) return state.tree.member(sender.index).signatureKey;
  const { path } = message.commit();
  if (sender.type !== SenderType.NEW_MEMBER_COMMIT || path === null) {
    throw new OutOfProfile("a sender who cannot commit");
  }
  return path.leafNode.signatureKey;
}

function checkList(
  state: PublicState,
  message: AuthenticatedContent,
  proposals: readonly SentProposal[],
): void {
  const { sender } = message.content;
  if (sender.type === SenderType.NEW_MEMBER_COMMIT) {
    checkExternal(state.suite, proposals);
  } else {
    checkRegular(state.suite, proposals, sender.index);
  }
  if (message.commit().path === null && needsPath(proposals)) {
    throw new InvalidPath("a commit that needs a path and has none");
  }
}

async function withPath(
  state: PublicState,
  applied: Applied,
  committer: number,
  path: UpdatePath,
): Promise<RatchetTree> {
  const leaf = path.leafNode;
  const old = applied.removed.map((gone) => state.tree.member(gone).encryptionKey);
  if (old.some((key) => equal(key, leaf.encryptionKey))) {
    throw new InvalidProposals("a new leaf with an old key");
  }
  const place = { groupId: state.groupId, leaf: committer };
  const groupExtensions = applied.extensions;
  await checkLeaf(state.suite, leaf, place, { groupExtensions, lifetimes: null });
  const tree = applied.tree.roomFor(committer);
  return mergePath(state.suite, tree, committer, path, applied.newcomers);
}
