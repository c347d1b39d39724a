/**
 * Welcomes and GroupInfos of an insider who lies to a newcomer.
 *
 * As with `mls_forge`, all that a lie does not touch is right: the tree hash is that of
 * the tree shown, the confirmation tag that of the secrets given, the signature the inviter's.
 */
import { encode } from "../../../web/client/core/mls/codec.ts";
import { makeCommit, memberIntent } from "../../../web/client/core/mls/committing.ts";
import type { Group } from "../../../web/client/core/mls/group.ts";
import type { GroupContext } from "../../../web/client/core/mls/group_context.ts";
import { GroupInfo, signGroupInfo } from "../../../web/client/core/mls/group_info.ts";
import type { KeyPackage, KeyPackageSecrets } from "../../../web/client/core/mls/key_package.ts";
import {
  deriveEpoch,
  epochSecret,
  noPsk,
  welcomeSecret,
} from "../../../web/client/core/mls/key_schedule.ts";
import { LifetimePolicy } from "../../../web/client/core/mls/lifetime.ts";
import { pack } from "../../../web/client/core/mls/message.ts";
import { Add } from "../../../web/client/core/mls/proposal.ts";
import { RatchetTree } from "../../../web/client/core/mls/ratchet_tree.ts";
import type { Node } from "../../../web/client/core/mls/ratchet_tree.ts";
import { suiteOf } from "../../../web/client/core/mls/suite.ts";
import { confirmationTag } from "../../../web/client/core/mls/transcript.ts";
import { rootHash } from "../../../web/client/core/mls/tree_hash.ts";
import { commonAncestor } from "../../../web/client/core/mls/tree_math.ts";
import {
  EncryptedGroupSecrets,
  GroupSecrets,
  Welcome,
} from "../../../web/client/core/mls/welcome.ts";
import { DAY, replaced } from "./mls_actors.ts";

type Change<Kind> = (given: Kind) => Kind;

/** Where an invitation departs from the truth. */
export type InviteLies = {
  readonly tree?: Change<RatchetTree>;
  readonly context?: Change<GroupContext>;
  readonly info?: Change<GroupInfo>;
  readonly signed?: (given: GroupInfo) => GroupInfo | Promise<GroupInfo>;
  readonly secrets?: Change<GroupSecrets>;
  readonly welcome?: Change<Welcome>;
};

/** What a newcomer is handed: a Welcome, and the tree it is to believe. */
export type Invitation = { readonly welcome: Uint8Array; readonly tree: Uint8Array };

/**
 * Adds a newcomer and lies to it.
 *
 * `adds` are key packages to add instead of its own; the Welcome still goes to it, with
 * the path secret of the last of them.
 */
export async function invite(
  inviter: Group,
  newcomer: KeyPackageSecrets,
  lies: InviteLies = {},
  adds: readonly KeyPackage[] = [newcomer.keyPackage],
): Promise<Invitation> {
  const lifetimes = new LifetimePolicy({ now: null, longest: 999 * DAY });
  const { signatureKey } = inviter;
  const proposals = adds.map((keyPackage) => new Add({ keyPackage }));
  const intent = await memberIntent(inviter.own, proposals, { signatureKey, lifetimes });
  const made = await makeCommit(intent);
  const { state } = made.own;
  const { suite } = state;
  const tree = told(lies.tree, state.tree);
  const context = told(
    lies.context,
    replaced(state.context, { treeHash: rootHash(suite, tree) }),
  );
  const epoch = deriveEpoch(suite, epochSecret(suite, made.joiner, noPsk(suite), context));
  const info = new GroupInfo({
    context,
    extensions: [],
    confirmationTag: confirmationTag(
      suite,
      epoch.confirmationKey,
      context.confirmedTranscriptHash,
    ),
    signer: inviter.leaf,
  });
  const truth = await signGroupInfo(suite, told(lies.info, info), signatureKey);
  const signed = lies.signed === undefined ? truth : await lies.signed(truth);
  const leaf = intent.applied.added.at(-1)?.[0] ?? 0;
  const shared = commonAncestor(leaf, inviter.leaf, state.tree.width);
  const secrets = new GroupSecrets({
    joinerSecret: made.joiner,
    pathSecret: made.pathSecrets.get(shared) ?? null,
  });
  const welcome = await seal(newcomer, signed, told(lies.secrets, secrets));
  return { welcome: pack(told(lies.welcome, welcome)), tree: encode(tree) };
}

/** Puts a node into a tree and leaves all others as they are. */
export function withNode(tree: RatchetTree, place: number, node: Node | null): RatchetTree {
  const nodes = Array.from({ length: 2 * tree.width - 1 }, (_, at) => tree.node(at));
  return new RatchetTree(nodes.with(place, node));
}

function told<Kind>(lie: Change<Kind> | undefined, truth: Kind): Kind {
  return lie === undefined ? truth : lie(truth);
}

async function seal(
  newcomer: KeyPackageSecrets,
  info: GroupInfo,
  secrets: GroupSecrets,
): Promise<Welcome> {
  const { keyPackage } = newcomer;
  const suite = suiteOf(keyPackage.cipherSuite);
  const none = new Uint8Array();
  const base = welcomeSecret(suite, secrets.joinerSecret, noPsk(suite));
  const key = suite.expandWithLabel(base, "key", none, suite.keyLength);
  const nonce = suite.expandWithLabel(base, "nonce", none, suite.nonceLength);
  const sealed = await suite.aeadSeal(key, nonce, none, encode(info));
  const encrypted = await suite.sealWithLabel(
    keyPackage.initKey,
    "Welcome",
    sealed,
    encode(secrets),
  );
  const part = new EncryptedGroupSecrets({ newMember: keyPackage.reference(), encrypted });
  return new Welcome({ cipherSuite: suite.id, secrets: [part], encryptedGroupInfo: sealed });
}
