/** Which proposals may stand together, and what they do: RFC 9420, sections 12.2 and 12.3. */
import { encode } from "./codec.ts";
import { readRequired } from "./extensions.ts";
import type { Extension } from "./extensions.ts";
import type { GroupContext } from "./group_context.ts";
import { checkKeyPackage } from "./key_package.ts";
import type { KeyPackage } from "./key_package.ts";
import { InvalidLeaf, checkLeaf } from "./leaf_node.ts";
import type { LifetimePolicy } from "./lifetime.ts";
import {
  Add,
  ExternalInit,
  GroupContextExtensions,
  InjectPsk,
  ReInit,
  Remove,
  Update,
} from "./proposal.ts";
import type { Proposal } from "./proposal.ts";
import { ResumptionPskId, ResumptionUsage } from "./psk.ts";
import type { PreSharedKeyId } from "./psk.ts";
import type { RatchetTree } from "./ratchet_tree.ts";
import { Refused } from "./refused.ts";
import { LeafNodeSource } from "./registry.ts";
import { equal, standsTwice, suiteOf } from "./suite.ts";
import type { Suite } from "./suite.ts";

const WITHOUT_PATH = [Add, InjectPsk, ReInit] as const;

/** The proposals of a commit do not go together, or not with its committer. */
export class InvalidProposals extends Refused {}

/** A proposal and the leaf of the member who made it; a newcomer has none. */
export type SentProposal = {
  readonly proposal: Proposal;
  readonly sender: number | null;
};

/** What a list of proposals comes to; leaves are numbered as in `tree`, or as before it. */
export type Applied = {
  readonly tree: RatchetTree;
  readonly added: readonly (readonly [leaf: number, keyPackage: KeyPackage])[];
  readonly removed: readonly number[];
  readonly updated: readonly number[];
  readonly extensions: readonly Extension[];
  readonly psks: readonly PreSharedKeyId[];
  readonly kemOutput: Uint8Array | null;
  /** Leaves of those added. */
  readonly newcomers: ReadonlySet<number>;
};

/**
 * Accepts the list of a member's commit.
 *
 * @throws InvalidProposals: The list breaks a rule of section 12.2.
 */
export function checkRegular(
  suite: Suite,
  proposals: readonly SentProposal[],
  committer: number,
): void {
  const plain = proposals.map((each) => each.proposal);
  if (only(plain, ExternalInit).length > 0) {
    throw new InvalidProposals("a member has no need of an ExternalInit");
  }
  if (plain.length > 1 && only(plain, ReInit).length > 0) {
    throw new InvalidProposals("a ReInit stands alone");
  }
  if (only(plain, GroupContextExtensions).length > 1) {
    throw new InvalidProposals("the extensions are replaced once");
  }
  const touched = [...only(plain, Remove).map((each) => each.removed), ...updaters(proposals)];
  if (touched.includes(committer)) {
    throw new InvalidProposals("a committer neither updates nor removes itself so");
  }
  if (new Set(touched).size !== touched.length) {
    throw new InvalidProposals("one leaf is touched twice");
  }
  if (standsTwice(only(plain, Add).map((each) => each.keyPackage.leafNode.signatureKey))) {
    throw new InvalidProposals("one client is added twice");
  }
  checkPsks(suite, plain);
}

/**
 * Accepts the list of a newcomer's commit; whom it may remove is for `allow` to say.
 *
 * @throws InvalidProposals: The list breaks a rule of section 12.2.
 * @throws BadKey: No secret can be agreed with what its ExternalInit gives.
 */
export function checkExternal(suite: Suite, proposals: readonly SentProposal[]): void {
  const plain = proposals.map((each) => each.proposal);
  const [init, ...more] = only(plain, ExternalInit);
  if (init === undefined || more.length > 0) {
    throw new InvalidProposals("a newcomer gives exactly one ExternalInit");
  }
  const removes = only(plain, Remove).length;
  if (removes > 1) throw new InvalidProposals("a newcomer removes one leaf at most");
  if (plain.length !== 1 + removes + only(plain, InjectPsk).length) {
    throw new InvalidProposals("a newcomer proposes nothing else");
  }
  suite.checkPublicKey(init.kemOutput);
  checkPsks(suite, plain);
}

/** Tells whether a commit of these must have a path: section 12.4. */
export function needsPath(proposals: readonly SentProposal[]): boolean {
  if (proposals.length === 0) return true;
  return !proposals.every(({ proposal }) => WITHOUT_PATH.some((kind) => proposal instanceof kind));
}

/**
 * Checks each proposal and applies the list, in the order of section 12.3.
 *
 * @throws NoSuchLeaf: A Remove names nobody.
 * @throws InvalidProposals: An Update without a member, or extensions that some lack.
 * @throws Refused: A key package or a leaf is not valid.
 */
export async function applyProposals(
  context: GroupContext,
  before: RatchetTree,
  proposals: readonly SentProposal[],
  lifetimes: LifetimePolicy | null,
): Promise<Applied> {
  const plain = proposals.map((each) => each.proposal);
  const extensions = only(plain, GroupContextExtensions)[0]?.extensions ?? context.extensions;
  let tree = before;
  for (const each of proposals) tree = await updated(context, tree, each, extensions);
  const removed = only(plain, Remove).map((each) => each.removed);
  for (const leaf of removed) tree = tree.remove(leaf);
  const packages = only(plain, Add).map((each) => each.keyPackage);
  await checkPackages(context, packages, extensions, lifetimes);
  const added: (readonly [number, KeyPackage])[] = [];
  for (const keyPackage of packages) {
    const [seated, leaf] = tree.add(keyPackage.leafNode);
    tree = seated;
    added.push([leaf, keyPackage]);
  }
  if (extensions !== context.extensions) checkRequired(tree, extensions);
  return {
    tree,
    added,
    removed,
    updated: updaters(proposals),
    extensions,
    psks: only(plain, InjectPsk).map((each) => each.psk),
    kemOutput: only(plain, ExternalInit)[0]?.kemOutput ?? null,
    newcomers: new Set(added.map(([leaf]) => leaf)),
  };
}

async function checkPackages(
  context: GroupContext,
  packages: readonly KeyPackage[],
  groupExtensions: readonly Extension[],
  lifetimes: LifetimePolicy | null,
): Promise<void> {
  const suite = suiteOf(context.cipherSuite);
  await Promise.all(
    packages.map((each) => checkKeyPackage(suite, each, { groupExtensions, lifetimes })),
  );
}

/** The proposals of one kind, in the order of the list. */
function only<Kind extends Proposal>(
  proposals: readonly Proposal[],
  kind: abstract new (...given: never[]) => Kind,
): Kind[] {
  return proposals.filter((each): each is Kind => each instanceof kind);
}

function updaters(proposals: readonly SentProposal[]): number[] {
  return proposals.flatMap(({ proposal, sender }) =>
    proposal instanceof Update && sender !== null ? [sender] : [],
  );
}

function checkPsks(suite: Suite, proposals: readonly Proposal[]): void {
  const names = only(proposals, InjectPsk).map((each) => each.psk);
  if (standsTwice(names.map(encode))) {
    throw new InvalidProposals("one pre-shared key is injected twice");
  }
  for (const name of names) {
    if (name.nonce.length !== suite.hashLength) {
      throw new InvalidProposals("a nonce of the wrong length");
    }
    if (name instanceof ResumptionPskId && name.usage !== ResumptionUsage.APPLICATION) {
      throw new InvalidProposals("a key for reopening a group");
    }
  }
}

/** The tree after a proposal, if it is an Update; else the tree as it is. */
async function updated(
  context: GroupContext,
  tree: RatchetTree,
  { proposal, sender }: SentProposal,
  groupExtensions: readonly Extension[],
): Promise<RatchetTree> {
  if (!(proposal instanceof Update)) return tree;
  if (sender === null) throw new InvalidProposals("an update of nobody");
  const leaf = proposal.leafNode;
  const old = tree.member(sender);
  if (leaf.source !== LeafNodeSource.UPDATE || equal(leaf.encryptionKey, old.encryptionKey)) {
    throw new InvalidLeaf("an update that is none");
  }
  const place = { groupId: context.groupId, leaf: sender };
  const suite = suiteOf(context.cipherSuite);
  await checkLeaf(suite, leaf, place, { groupExtensions, lifetimes: null });
  return tree.update(sender, leaf);
}

function checkRequired(tree: RatchetTree, extensions: readonly Extension[]): void {
  const required = readRequired(extensions);
  for (const [, { capabilities }] of tree.members()) {
    const supported = extensions.every((each) => capabilities.supportExtension(each.type));
    if (!supported || !capabilities.satisfy(required)) {
      throw new InvalidProposals("extensions that a member does not support");
    }
  }
}
