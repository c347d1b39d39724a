/** Believing a group one is not in yet: RFC 9420, sections 12.4.3.1 and 12.4.3.2. */
import { encode } from "./codec.ts";
import type { Intent } from "./committing.ts";
import { readExternalPub } from "./extensions.ts";
import { Sender } from "./framing.ts";
import { readTree, verifyGroupInfo } from "./group_info.ts";
import type { GroupInfo } from "./group_info.ts";
import type { KeyPackageSecrets } from "./key_package.ts";
import { deriveEpoch, epochSecret, noPsk, sendExternalInit } from "./key_schedule.ts";
import type { LeafNode } from "./leaf_node.ts";
import { LifetimePolicy } from "./lifetime.ts";
import type { Moment } from "./lifetime.ts";
import { MemberState, checkConfirmed, stateOf } from "./member_state.ts";
import { checkClients, checkExtensions } from "./profile.ts";
import { ExternalInit, Remove } from "./proposal.ts";
import type { Proposal } from "./proposal.ts";
import { applyProposals, checkExternal } from "./proposal_list.ts";
import type { Allow, PublicState } from "./public_state.ts";
import { OutOfProfile, Refused } from "./refused.ts";
import { SenderType } from "./registry.ts";
import { equal, suiteOf } from "./suite.ts";
import type { Secret } from "./suite.ts";
import { rootHash } from "./tree_hash.ts";
import { InvalidPath, TreeKeys, climb } from "./tree_kem.ts";
import * as treeMath from "./tree_math.ts";
import { InvalidTree, checkTree } from "./tree_validation.ts";
import { openGroupInfo, openGroupSecrets } from "./welcome.ts";
import type { Welcome } from "./welcome.ts";

/** A Welcome leads to a tree in which our key package has no leaf. */
export class NotInTree extends Refused {}

/** Neither the GroupInfo nor the caller gives the ratchet tree. */
export class NoTree extends Refused {}

/** A GroupInfo without external key: its group takes no external commits. */
export class NoWayIn extends Refused {}

/**
 * Believes a GroupInfo: its tree is the one it hashes, valid, and a member signed it.
 *
 * The tree is the caller's, or else the one the GroupInfo carries. The confirmation
 * tag is believed on the signature; who has secrets checks it with them.
 *
 * @throws NoTree: There is none.
 * @throws InvalidTree: It is not the tree hashed, or it is not valid.
 * @throws NoSuchLeaf: The signer is not a member.
 * @throws BadSignature: The signer, or the owner of a leaf, did not sign.
 * @throws Refused: A leaf is not valid, or the suite is not ours.
 */
export async function verifiedState(
  info: GroupInfo,
  treeBytes: Uint8Array | null,
  lifetimes: LifetimePolicy | null,
): Promise<PublicState> {
  const { context } = info;
  const suite = suiteOf(context.cipherSuite);
  const data = treeBytes?.length ? treeBytes : info.treeBytes();
  if (data === null) throw new NoTree();
  const tree = readTree(data);
  if (!equal(rootHash(suite, tree), context.treeHash)) {
    throw new InvalidTree("another tree than the one hashed");
  }
  await verifyGroupInfo(suite, info, tree.member(info.signer).signatureKey);
  const { groupId, extensions: groupExtensions } = context;
  await checkTree(suite, tree, { groupId, groupExtensions, lifetimes });
  return stateOf(context, tree, info.confirmationTag);
}

/**
 * Believes a GroupInfo of a group of our kind whose members are all allowed.
 *
 * @throws OutOfProfile: The group uses what we do not.
 * @throws ClientTwice: A client stands at two leaves.
 * @throws Refused: See `verifiedState`; or whatever `allow` throws.
 */
export async function ourState(
  info: GroupInfo,
  treeBytes: Uint8Array | null,
  allow: Allow,
  now: Moment,
): Promise<PublicState> {
  checkExtensions(info.context.extensions);
  const lifetimes = new LifetimePolicy({ now, expires: false });
  const state = await verifiedState(info, treeBytes, lifetimes);
  checkClients(state.tree);
  const change = {
    added: state.members,
    removed: [],
    updated: [],
    committer: state.member(info.signer),
    external: false,
    references: [],
  };
  await allow(change, state);
  return state;
}

/**
 * Follows a Welcome into its group.
 *
 * @throws NotForUs: It names another key package.
 * @throws OutOfProfile: It asks for pre-shared keys, or the group uses what we do not.
 * @throws NotInTree: Our leaf is not in the tree.
 * @throws Unconfirmed: Its secrets are not those of the epoch it describes.
 * @throws Refused: See `ourState`; or whatever `allow` throws.
 */
export async function openWelcome(
  welcome: Welcome,
  secrets: KeyPackageSecrets,
  treeBytes: Uint8Array | null,
  allow: Allow,
  now: Moment,
): Promise<MemberState> {
  const suite = suiteOf(welcome.cipherSuite);
  const ours = await openGroupSecrets(suite, welcome, secrets);
  if (ours.psks.length > 0) throw new OutOfProfile("a group that wants pre-shared keys");
  const joiner = ours.joinerSecret;
  const psk = noPsk(suite);
  const info = await openGroupInfo(suite, welcome, { joiner, pskSecret: psk });
  if (info.context.cipherSuite !== suite.id) {
    throw new OutOfProfile("a group of another suite than its Welcome");
  }
  const state = await ourState(info, treeBytes, allow, now);
  const keys = await keysFromWelcome(state, info.signer, secrets, ours.pathSecret);
  const epoch = deriveEpoch(suite, epochSecret(suite, joiner, psk, state.context));
  const own = new MemberState({ state, keys, secrets: epoch });
  checkConfirmed(own);
  return own;
}

/**
 * Derives the private keys that a newcomer starts with.
 *
 * @throws NotInTree: Its leaf is not in the tree.
 * @throws InvalidPath: The path secret does not give the keys in the tree, or not all that
 *   others will seal to.
 */
export async function keysFromWelcome(
  state: PublicState,
  signer: number,
  secrets: KeyPackageSecrets,
  pathSecret: Secret | null,
): Promise<TreeKeys> {
  const { suite, tree } = state;
  const leaf = ownLeaf(state, secrets.keyPackage.leafNode);
  const place = treeMath.leafNode(leaf);
  let keys = new TreeKeys({ leaf, private: new Map([[place, secrets.encryptionKey]]) });
  if (pathSecret !== null) {
    const path = tree.filteredPath(signer).map(([above]) => above);
    const shared = path.filter((above) => treeMath.covers(above, leaf));
    const [climbed] = await climb(suite, tree, shared, pathSecret);
    keys = keys.withKeys(climbed);
  }
  if (!keys.suffice(tree)) {
    throw new InvalidPath("a newcomer is not told a key that it is to have");
  }
  return keys;
}

/**
 * Prepares the commit by which a newcomer adds itself, in place of an old leaf if it says so.
 *
 * @throws OutOfProfile: The group is of another suite than our keys.
 * @throws NoWayIn: The group gives no external key.
 * @throws NoSuchLeaf: Nobody stands at the leaf to replace.
 */
export async function externalIntent(
  info: GroupInfo,
  state: PublicState,
  secrets: KeyPackageSecrets,
  replaces: number | null,
): Promise<Intent> {
  if (secrets.keyPackage.cipherSuite !== state.suite.id) {
    throw new OutOfProfile("a group of another suite than our keys");
  }
  const externalPub = readExternalPub(info.extensions);
  if (externalPub === null) throw new NoWayIn();
  const [kemOutput, initSecret] = await sendExternalInit(state.suite, externalPub);
  const old = replaces === null ? [] : [new Remove({ removed: replaces })];
  const proposals: readonly Proposal[] = [new ExternalInit({ kemOutput }), ...old];
  const sent = proposals.map((proposal) => ({ proposal, sender: null }));
  checkExternal(state.suite, sent);
  const applied = await applyProposals(state.context, state.tree, sent, null);
  return {
    state,
    sender: new Sender({ type: SenderType.NEW_MEMBER_COMMIT }),
    leaf: applied.tree.firstBlank(),
    proposals,
    applied,
    draft: secrets.keyPackage.leafNode,
    signatureKey: secrets.signatureKey,
    initSecret,
    membershipKey: null,
  };
}

function ownLeaf(state: PublicState, ours: LeafNode): number {
  const wire = encode(ours);
  for (const [leaf, node] of state.tree.members()) {
    if (equal(encode(node), wire)) return leaf;
  }
  throw new NotInTree();
}
