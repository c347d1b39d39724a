/**
 * An insider's lies: commits that only one with real keys could make, and wrong.
 *
 * Everything a forger can make right is right (signatures, parent hashes, confirmation
 * tag, membership tag), so that the one lie told is the one that must be found.
 */
import { encode } from "../../../web/client/core/mls/codec.ts";
import { Commit } from "../../../web/client/core/mls/commit.ts";
import type { ProposalRef } from "../../../web/client/core/mls/commit.ts";
import {
  AuthenticatedContent,
  ContentAuth,
  FramedContent,
  PublicMessage,
  Sender,
  membershipTag,
  signContent,
} from "../../../web/client/core/mls/framing.ts";
import type { Body } from "../../../web/client/core/mls/framing.ts";
import type { Group } from "../../../web/client/core/mls/group.ts";
import type { GroupContext } from "../../../web/client/core/mls/group_context.ts";
import { signKeyPackage } from "../../../web/client/core/mls/key_package.ts";
import type { KeyPackage, KeyPackageSecrets } from "../../../web/client/core/mls/key_package.ts";
import {
  deriveEpoch,
  epochSecret,
  joinerSecret,
  noPath,
  noPsk,
} from "../../../web/client/core/mls/key_schedule.ts";
import { signLeaf } from "../../../web/client/core/mls/leaf_node.ts";
import type { LeafNode } from "../../../web/client/core/mls/leaf_node.ts";
import { pack } from "../../../web/client/core/mls/message.ts";
import { Add, Remove } from "../../../web/client/core/mls/proposal.ts";
import type { Proposal } from "../../../web/client/core/mls/proposal.ts";
import type { PublicState } from "../../../web/client/core/mls/public_state.ts";
import type { RatchetTree } from "../../../web/client/core/mls/ratchet_tree.ts";
import { LeafNodeSource, SenderType, WireFormat } from "../../../web/client/core/mls/registry.ts";
import type { Secret, Suite } from "../../../web/client/core/mls/suite.ts";
import { suiteOf } from "../../../web/client/core/mls/suite.ts";
import { confirmationTag, confirmedHash } from "../../../web/client/core/mls/transcript.ts";
import { rootHash } from "../../../web/client/core/mls/tree_hash.ts";
import { TreeKeys, layPath, sealPath } from "../../../web/client/core/mls/tree_kem.ts";
import type { NewPath } from "../../../web/client/core/mls/tree_kem.ts";
import type { UpdatePath } from "../../../web/client/core/mls/update_path.ts";
import { replaced, utf8 } from "./mls_actors.ts";

export const OUTSIDE = -1;

type ForgerFields = {
  readonly state: PublicState;
  readonly leaf: number;
  readonly signatureKey: Secret;
  readonly init: Secret;
  readonly membershipKey: Secret | null;
  readonly draft: LeafNode;
  readonly leafSignatureKey?: Secret | null;
};

/** Who forges: a member, or a stranger who commits from outside. */
export class Forger {
  readonly state: PublicState;
  readonly leaf: number;
  readonly signatureKey: Secret;
  readonly init: Secret;
  readonly membershipKey: Secret | null;
  readonly draft: LeafNode;
  readonly leafSignatureKey: Secret | null;

  constructor(given: ForgerFields) {
    this.state = given.state;
    this.leaf = given.leaf;
    this.signatureKey = given.signatureKey;
    this.init = given.init;
    this.membershipKey = given.membershipKey;
    this.draft = given.draft;
    this.leafSignatureKey = given.leafSignatureKey ?? null;
  }

  /** The group's cipher suite. */
  get suite(): Suite {
    return this.state.suite;
  }

  /** Who the commit says it is from. */
  get sender(): Sender {
    if (this.leaf === OUTSIDE) return new Sender({ type: SenderType.NEW_MEMBER_COMMIT });
    return new Sender({ type: SenderType.MEMBER, index: this.leaf });
  }

  /** Lets a member forge with its own keys. */
  static inside(group: Group): Forger {
    return new Forger({
      state: group.state,
      leaf: group.leaf,
      signatureKey: group.signatureKey,
      init: group.own.secrets.init,
      membershipKey: group.own.secrets.membershipKey,
      draft: group.state.tree.member(group.leaf),
    });
  }

  /** Lets a stranger forge an external commit; `init` is what its ExternalInit gave. */
  static outside(state: PublicState, secrets: KeyPackageSecrets, init: Secret): Forger {
    return new Forger({
      state,
      leaf: OUTSIDE,
      signatureKey: secrets.signatureKey,
      init,
      membershipKey: null,
      draft: secrets.keyPackage.leafNode,
    });
  }
}

type Change<Kind> = (given: Kind) => Kind;

/** Where a forgery departs from the truth; each lie is told before what covers it is made. */
export type Lies = {
  readonly publicKeys?: Change<Uint8Array[]>;
  readonly leaf?: Change<LeafNode>;
  readonly sealed?: Change<UpdatePath>;
  readonly content?: Change<FramedContent>;
  readonly tag?: Change<Uint8Array>;
  readonly message?: Change<PublicMessage>;
};

/** Makes a commit without a single check. */
export async function forge(
  forger: Forger,
  proposals: readonly (Proposal | ProposalRef)[],
  lies: Lies = {},
  { path = true }: { path?: boolean } = {},
): Promise<Uint8Array> {
  const { state, suite } = forger;
  const [applied, newcomers] = afterProposals(state.tree, proposals);
  const leaf = forger.leaf === OUTSIDE ? applied.firstBlank() : forger.leaf;
  let tree = applied.roomFor(leaf);
  let update: UpdatePath | null = null;
  let commitSecret = noPath(suite);
  if (path) {
    const laid = await layLie(forger, tree, leaf, lies);
    const context = encode(provisional(state, laid.tree));
    update = told(lies.sealed, await sealPath(suite, laid, context, newcomers));
    ({ tree, commitSecret } = laid);
  }
  const signed = await signedContent(forger, new Commit({ proposals, path: update }), lies);
  const confirmed = confirmedHash(suite, state.interimTranscriptHash, signed);
  const context = replaced(provisional(state, tree), { confirmedTranscriptHash: confirmed });
  const joiner = joinerSecret(suite, forger.init, commitSecret, context);
  const epoch = deriveEpoch(suite, epochSecret(suite, joiner, noPsk(suite), context));
  const tag = told(lies.tag, confirmationTag(suite, epoch.confirmationKey, confirmed));
  const auth = new ContentAuth({ signature: signed.auth.signature, confirmationTag: tag });
  return send(forger, replaced(signed, { auth }), lies);
}

/** Signs a body as the forger, in the group's current context. */
export async function signedContent(
  forger: Forger,
  body: Body,
  lies: Lies = {},
): Promise<AuthenticatedContent> {
  const { state, sender } = forger;
  const { groupId, epoch, context } = state;
  const content = told(lies.content, new FramedContent({ groupId, epoch, sender, body }));
  const signature = await signContent(state.suite, content, forger.signatureKey, { context });
  return new AuthenticatedContent({
    wireFormat: WireFormat.PUBLIC_MESSAGE,
    content,
    auth: new ContentAuth({ signature }),
  });
}

/** Puts the membership tag on, if the sender is to have one, and packs. */
export function send(forger: Forger, signed: AuthenticatedContent, lies: Lies = {}): Uint8Array {
  let tag: Uint8Array | null = null;
  if (signed.content.sender.type === SenderType.MEMBER) {
    const key = forger.membershipKey ?? utf8("no key at all");
    tag = membershipTag(forger.suite, signed, key, { context: forger.state.context });
  }
  const { content, auth } = signed;
  return pack(told(lies.message, new PublicMessage({ content, auth, membershipTag: tag })));
}

/** Changes a key package and has its owner sign it again, the leaf too. */
export async function forgedPackage(
  secrets: KeyPackageSecrets,
  lies: { leaf?: Change<LeafNode>; keyPackage?: Change<KeyPackage> } = {},
): Promise<KeyPackage> {
  const given = secrets.keyPackage;
  const suite = suiteOf(given.cipherSuite);
  const leafNode = await signLeaf(
    suite,
    told(lies.leaf, given.leafNode),
    secrets.signatureKey,
    null,
  );
  return signKeyPackage(
    told(lies.keyPackage, replaced(given, { leafNode })),
    secrets.signatureKey,
  );
}

function told<Kind>(lie: Change<Kind> | undefined, truth: Kind): Kind {
  return lie === undefined ? truth : lie(truth);
}

function afterProposals(
  before: RatchetTree,
  proposals: readonly (Proposal | ProposalRef)[],
): [tree: RatchetTree, newcomers: ReadonlySet<number>] {
  let tree = before;
  const newcomers = new Set<number>();
  for (const proposal of proposals) {
    if (proposal instanceof Remove && tree.leaf(proposal.removed) !== null) {
      tree = tree.remove(proposal.removed);
    }
  }
  for (const proposal of proposals) {
    if (proposal instanceof Add) {
      const [added, leaf] = tree.add(proposal.keyPackage.leafNode);
      tree = added;
      newcomers.add(leaf);
    }
  }
  return [tree, newcomers];
}

function provisional(state: PublicState, tree: RatchetTree): GroupContext {
  return replaced(state.context, {
    epoch: state.epoch + 1n,
    treeHash: rootHash(state.suite, tree),
  });
}

/** Lays a path of fresh secrets, with lies about its keys or its leaf signed into it. */
async function layLie(
  forger: Forger,
  tree: RatchetTree,
  leaf: number,
  lies: Lies,
): Promise<NewPath> {
  const { suite } = forger;
  const secrets = new Map<number, Secret>();
  const keys: Uint8Array[] = [];
  let secret = suite.randomSecret();
  for (const [place] of tree.filteredPath(leaf)) {
    secrets.set(place, secret);
    keys.push((await suite.deriveKeyPair(suite.deriveSecret(secret, "node"))).public);
    secret = suite.deriveSecret(secret, "path");
  }
  const own = await suite.generateKeyPair();
  const [laid, above] = layPath(suite, tree, leaf, told(lies.publicKeys, keys));
  const draft = replaced(forger.draft, {
    encryptionKey: own.public,
    source: LeafNodeSource.COMMIT,
    lifetime: null,
    parentHash: above,
  });
  const key = forger.leafSignatureKey ?? forger.signatureKey;
  const place = { groupId: forger.state.groupId, leaf };
  const signed = await signLeaf(suite, told(lies.leaf, draft), key, place);
  return {
    tree: laid.replaceLeaf(leaf, signed),
    keys: new TreeKeys({ leaf, private: new Map() }),
    secrets,
    commitSecret: secret,
  };
}
