/** Following another member's commit: RFC 9420, section 12.4.2. */
import type { Moment } from "./lifetime.ts";
import { encode } from "./codec.ts";
import { membershipTag } from "./framing.ts";
import type { AuthenticatedContent, PublicMessage } from "./framing.ts";
import {
  deriveEpoch,
  epochSecret,
  joinerSecret,
  noPath,
  noPsk,
  receiveExternalInit,
} from "./key_schedule.ts";
import { LifetimePolicy } from "./lifetime.ts";
import { MemberState, checkConfirmed } from "./member_state.ts";
import { checkClients, proposalsOf } from "./profile.ts";
import type { Allow } from "./public_state.ts";
import { Refused } from "./refused.ts";
import { SenderType } from "./registry.ts";
import { BadTag, equal } from "./suite.ts";
import type { Secret } from "./suite.ts";
import { checkAddressed, finish, stage, verifyCommit } from "./transition.ts";
import type { Staged } from "./transition.ts";
import { openPath } from "./tree_kem.ts";
import type { OpenedPath } from "./tree_kem.ts";

/** A commit of ours: it is adopted with the Group that `commit` returned, not processed. */
export class OwnMessage extends Refused {}

/** A valid commit takes us out: the Group is over, and its secrets are to be deleted. */
export class RemovedFromGroup extends Error {}

/**
 * Enters the epoch that a commit of the kind we use begins.
 *
 * @throws RemovedFromGroup: It is valid, allowed, and takes us out.
 * @throws OwnMessage: It is our own.
 * @throws Refused: Something in it does not hold; or whatever `allow` throws.
 */
export async function processCommit(
  own: MemberState,
  message: PublicMessage,
  allow: Allow,
  now: Moment,
): Promise<MemberState> {
  const authenticated = message.authenticated();
  checkAddressed(own.state, message.content);
  checkMembership(own, message);
  const proposals = proposalsOf(authenticated);
  await verifyCommit(own.state, authenticated);
  const staged = await stage(own.state, authenticated, proposals, new LifetimePolicy({ now }));
  checkClients(staged.tree);
  await allow(staged.change, own.state);
  if (staged.applied.removed.includes(own.keys.leaf)) throw new RemovedFromGroup();
  return enter(own, staged, authenticated, noPsk(own.state.suite));
}

/**
 * Accepts the tag of a member's message; a newcomer's message has none.
 *
 * @throws OwnMessage: It is our own.
 * @throws BadTag: Its sender does not know the epoch's membership key.
 */
export function checkMembership(own: MemberState, message: PublicMessage): void {
  const { sender } = message.content;
  if (sender.type !== SenderType.MEMBER) return;
  if (sender.index === own.keys.leaf) throw new OwnMessage();
  const { suite, context } = own.state;
  const key = own.secrets.membershipKey;
  const tag = membershipTag(suite, message.authenticated(), key, { context });
  if (message.membershipTag === null || !equal(tag, message.membershipTag)) throw new BadTag();
}

/**
 * Enters the epoch of a staged commit: opens its path, derives its secrets, checks its tag.
 *
 * @throws InvalidPath: Its path has nothing for us, or a key does not come from its secret.
 * @throws BadTag: What it sealed to us cannot be opened.
 * @throws Unconfirmed: Its confirmation tag is not that of the secrets we derived.
 */
export async function enter(
  own: MemberState,
  staged: Staged,
  message: AuthenticatedContent,
  pskSecret: Secret,
): Promise<MemberState> {
  const { suite } = own.state;
  const opened = await openStaged(own, staged);
  const state = finish(own.state, staged, message);
  const { kemOutput } = staged.applied;
  const init =
    kemOutput === null
      ? own.secrets.init
      : await receiveExternalInit(suite, own.secrets, kemOutput);
  const joiner = joinerSecret(suite, init, opened.commitSecret, state.context);
  const secrets = deriveEpoch(suite, epochSecret(suite, joiner, pskSecret, state.context));
  const entered = new MemberState({ state, keys: opened.keys, secrets });
  checkConfirmed(entered);
  return entered;
}

/**
 * Learns what a staged commit's path has for us; without a path only the keys are sifted.
 *
 * @throws InvalidPath: Its path has nothing for us, or a key does not come from its secret.
 * @throws BadTag: What it sealed to us cannot be opened.
 */
export async function openStaged(own: MemberState, staged: Staged): Promise<OpenedPath> {
  const { suite } = own.state;
  const keys = own.keys.within(staged.applied.tree);
  if (staged.path === null) return { keys, commitSecret: noPath(suite) };
  return openPath(suite, staged.path, staged.tree, {
    sender: staged.committer,
    keys,
    context: encode(staged.context),
    newcomers: staged.applied.newcomers,
  });
}
