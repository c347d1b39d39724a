/** Making a commit, as a member or as a newcomer: RFC 9420, sections 12.4.1 and 12.4.3.2. */
import { encode, replace } from "./codec.ts";
import { Commit } from "./commit.ts";
import {
  AuthenticatedContent,
  ContentAuth,
  FramedContent,
  PublicMessage,
  Sender,
  membershipTag,
  signContent,
} from "./framing.ts";
import { GroupInfo, signGroupInfo } from "./group_info.ts";
import type { KeyPackage } from "./key_package.ts";
import { deriveEpoch, epochSecret, joinerSecret, noPsk } from "./key_schedule.ts";
import { checkCapabilities } from "./leaf_node.ts";
import type { LeafNode } from "./leaf_node.ts";
import type { LifetimePolicy } from "./lifetime.ts";
import { MemberState, stateOf } from "./member_state.ts";
import { checkClients } from "./profile.ts";
import type { Proposal } from "./proposal.ts";
import { applyProposals, checkRegular } from "./proposal_list.ts";
import type { Applied } from "./proposal_list.ts";
import type { PublicState } from "./public_state.ts";
import { SenderType, WireFormat } from "./registry.ts";
import type { Secret } from "./suite.ts";
import { confirmationTag, confirmedHash } from "./transcript.ts";
import { provisionalContext } from "./transition.ts";
import { newPath, sealPath } from "./tree_kem.ts";
import type { NewPath } from "./tree_kem.ts";
import * as treeMath from "./tree_math.ts";
import { checkUnique } from "./tree_validation.ts";
import { sealWelcome } from "./welcome.ts";
import type { Welcome } from "./welcome.ts";

/**
 * A commit about to be made: proposals already checked and applied, and by whom.
 *
 * `draft` gives the new leaf its keys' owner and its credential; a newcomer has no
 * membership key, and its init secret is the one it sends in its ExternalInit.
 */
export type Intent = {
  readonly state: PublicState;
  readonly sender: Sender;
  readonly leaf: number;
  readonly proposals: readonly Proposal[];
  readonly applied: Applied;
  readonly draft: LeafNode;
  readonly signatureKey: Secret;
  readonly initSecret: Secret;
  readonly membershipKey: Secret | null;
};

/** A commit to send, and where its maker stands once it is accepted. */
export type Made = {
  readonly message: PublicMessage;
  readonly own: MemberState;
  readonly joiner: Secret;
  readonly pathSecrets: ReadonlyMap<number, Secret>;
};

/**
 * Checks and applies what a member is about to commit.
 *
 * @throws Refused: A proposal or the list of them would be refused by the others.
 */
export async function memberIntent(
  own: MemberState,
  proposals: readonly Proposal[],
  given: { readonly signatureKey: Secret; readonly lifetimes: LifetimePolicy },
): Promise<Intent> {
  const { state } = own;
  const { leaf } = own.keys;
  const sent = proposals.map((proposal) => ({ proposal, sender: leaf }));
  checkRegular(state.suite, sent, leaf);
  return {
    state,
    sender: new Sender({ type: SenderType.MEMBER, index: leaf }),
    leaf,
    proposals,
    applied: await applyProposals(state.context, state.tree, sent, given.lifetimes),
    draft: state.tree.member(leaf),
    signatureKey: given.signatureKey,
    initSecret: own.secrets.init,
    membershipKey: own.secrets.membershipKey,
  };
}

/**
 * Lays and seals a path, signs the commit, and enters the epoch it begins.
 *
 * @throws InvalidLeaf: Our own client lacks what the group asks for.
 * @throws InvalidTree: A key would stand twice in the tree.
 * @throws ClientTwice: A client would.
 */
export async function makeCommit(intent: Intent): Promise<Made> {
  const { state } = intent;
  const { suite } = state;
  const path = await lay(intent);
  const provisional = provisionalContext(state, intent.applied, path.tree);
  const sealed = await sealPath(suite, path, encode(provisional), intent.applied.newcomers);
  const signed = await sign(intent, new Commit({ proposals: intent.proposals, path: sealed }));
  const confirmed = confirmedHash(suite, state.interimTranscriptHash, signed);
  const context = replace(provisional, { confirmedTranscriptHash: confirmed });
  const joiner = joinerSecret(suite, intent.initSecret, path.commitSecret, context);
  const secrets = deriveEpoch(suite, epochSecret(suite, joiner, noPsk(suite), context));
  const tag = confirmationTag(suite, secrets.confirmationKey, confirmed);
  const entered = stateOf(context, path.tree, tag);
  return {
    message: protect(intent, signed, tag),
    own: new MemberState({ state: entered, keys: path.keys, secrets }),
    joiner,
    pathSecrets: path.secrets,
  };
}

/** Makes the Welcome for those the commit adds; nothing if it adds nobody. */
export async function makeWelcome(intent: Intent, made: Made): Promise<Welcome | null> {
  if (intent.applied.added.length === 0) return null;
  const { state } = made.own;
  const { suite } = state;
  const info = new GroupInfo({
    context: state.context,
    extensions: [],
    confirmationTag: state.confirmationTag,
    signer: intent.leaf,
  });
  const newcomers = intent.applied.added.map(([leaf, keyPackage]): [KeyPackage, Secret | null] => {
    const shared = treeMath.commonAncestor(leaf, intent.leaf, state.tree.width);
    return [keyPackage, made.pathSecrets.get(shared) ?? null];
  });
  const signed = await signGroupInfo(suite, info, intent.signatureKey);
  return sealWelcome(suite, signed, newcomers, { joiner: made.joiner, pskSecret: noPsk(suite) });
}

async function lay(intent: Intent): Promise<NewPath> {
  const { state, leaf, draft } = intent;
  const tree = intent.applied.tree.roomFor(leaf);
  checkCapabilities(state.suite, draft, intent.applied.extensions);
  const place = { groupId: state.groupId, leaf };
  const path = await newPath(state.suite, tree, place, draft, intent.signatureKey);
  checkUnique(path.tree);
  checkClients(path.tree);
  return path;
}

async function sign(intent: Intent, body: Commit): Promise<AuthenticatedContent> {
  const { suite, groupId, epoch, context } = intent.state;
  const content = new FramedContent({ groupId, epoch, sender: intent.sender, body });
  const signature = await signContent(suite, content, intent.signatureKey, { context });
  return new AuthenticatedContent({
    wireFormat: WireFormat.PUBLIC_MESSAGE,
    content,
    auth: new ContentAuth({ signature }),
  });
}

function protect(intent: Intent, signed: AuthenticatedContent, tag: Uint8Array): PublicMessage {
  const { content } = signed;
  const auth = replace(signed.auth, { confirmationTag: tag });
  const { state, membershipKey: key } = intent;
  const tagged = replace(signed, { auth });
  const { context } = state;
  return new PublicMessage({
    content,
    auth,
    membershipTag: key === null ? null : membershipTag(state.suite, tagged, key, { context }),
  });
}
