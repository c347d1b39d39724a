/**
 * A client that follows any group of RFC 9420 and says nothing.
 *
 * The official passive-client vectors use what Ronde's `Group` refuses: pre-shared keys,
 * proposals by reference, PrivateMessages, changes of the group's extensions. This one
 * follows them with the core's own lower functions. For tests only: it has no policy.
 */
import assert from "node:assert/strict";

import { Commit, ProposalRef } from "../../../web/client/core/mls/commit.ts";
import { PublicMessage, verifyContent } from "../../../web/client/core/mls/framing.ts";
import type { AuthenticatedContent, Sender } from "../../../web/client/core/mls/framing.ts";
import { verifyGroupInfo, readTree } from "../../../web/client/core/mls/group_info.ts";
import type { KeyPackageSecrets } from "../../../web/client/core/mls/key_package.ts";
import { deriveEpoch, epochSecret } from "../../../web/client/core/mls/key_schedule.ts";
import { keysFromWelcome } from "../../../web/client/core/mls/joining.ts";
import { MemberState, checkConfirmed, stateOf } from "../../../web/client/core/mls/member_state.ts";
import { unpack, unpackWelcome } from "../../../web/client/core/mls/message.ts";
import { PrivateMessage, unprotect } from "../../../web/client/core/mls/private_message.ts";
import { checkMembership, enter } from "../../../web/client/core/mls/processing.ts";
import { Add } from "../../../web/client/core/mls/proposal.ts";
import type { SentProposal } from "../../../web/client/core/mls/proposal_list.ts";
import { ExternalPskId, pskSecret } from "../../../web/client/core/mls/psk.ts";
import type { PreSharedKeyId } from "../../../web/client/core/mls/psk.ts";
import { SenderType } from "../../../web/client/core/mls/registry.ts";
import { Secret, suiteOf } from "../../../web/client/core/mls/suite.ts";
import type { Suite } from "../../../web/client/core/mls/suite.ts";
import { checkAddressed, stage } from "../../../web/client/core/mls/transition.ts";
import { rootHash } from "../../../web/client/core/mls/tree_hash.ts";
import { checkTree } from "../../../web/client/core/mls/tree_validation.ts";
import { openGroupInfo, openGroupSecrets } from "../../../web/client/core/mls/welcome.ts";
import { hex } from "./mls_actors.ts";

/** The pre-shared keys a client can name: given ones, and those of epochs it saw. */
class Keyring {
  readonly #external: ReadonlyMap<string, Uint8Array>;
  readonly #resumption = new Map<string, Secret>();

  constructor(external: ReadonlyMap<string, Uint8Array>) {
    this.#external = external;
  }

  /** Keeps what later epochs may name this one's secret for. */
  remember(own: MemberState): void {
    const { groupId, epoch } = own.state;
    this.#resumption.set(`${hex(groupId)} ${epoch}`, own.secrets.resumptionPsk);
  }

  /** Chains the keys so named. */
  secret(suite: Suite, names: readonly PreSharedKeyId[]): Secret {
    return pskSecret(
      suite,
      names.map((id) => ({ id, secret: this.#find(id) })),
    );
  }

  #find(name: PreSharedKeyId): Secret {
    const found =
      name instanceof ExternalPskId
        ? this.#external.get(hex(name.pskId))
        : this.#resumption.get(`${hex(name.groupId)} ${name.epoch}`);
    assert.ok(found, "a key that nobody gave us");
    return new Secret(found);
  }
}

/** One member's view, moved on by each commit. */
export class PassiveClient {
  readonly #keyring: Keyring;
  #own: MemberState;
  readonly #heard = new Map<string, SentProposal>();

  constructor(keyring: Keyring, own: MemberState) {
    this.#keyring = keyring;
    this.#own = own;
    keyring.remember(own);
  }

  /** The epoch authenticator. */
  get authenticator(): Uint8Array {
    return this.#own.secrets.authenticator;
  }

  /** Enters by a Welcome, verifying what section 12.4.3.1 asks for. */
  static async join(
    welcome: Uint8Array,
    own: KeyPackageSecrets,
    tree: Uint8Array | null,
    external: ReadonlyMap<string, Uint8Array>,
  ): Promise<PassiveClient> {
    const message = unpackWelcome(welcome);
    const suite = suiteOf(message.cipherSuite);
    const keyring = new Keyring(external);
    const given = await openGroupSecrets(suite, message, own);
    const psk = keyring.secret(suite, given.psks);
    const joiner = given.joinerSecret;
    const info = await openGroupInfo(suite, message, { joiner, pskSecret: psk });
    const held = info.treeBytes() ?? tree;
    assert.ok(held, "no tree came with the Welcome");
    const ratchet = readTree(held);
    const { groupId, extensions: groupExtensions, treeHash } = info.context;
    assert.deepEqual(rootHash(suite, ratchet), treeHash);
    await verifyGroupInfo(suite, info, ratchet.member(info.signer).signatureKey);
    await checkTree(suite, ratchet, { groupId, groupExtensions, lifetimes: null });
    const state = stateOf(info.context, ratchet, info.confirmationTag);
    const keys = await keysFromWelcome(state, info.signer, own, given.pathSecret);
    const secrets = deriveEpoch(suite, epochSecret(suite, joiner, psk, info.context));
    const member = new MemberState({ state, keys, secrets });
    checkConfirmed(member);
    return new PassiveClient(keyring, member);
  }

  /** Keeps a proposal until a commit names it. */
  async hear(message: Uint8Array): Promise<void> {
    const opened = await this.#open(message);
    const { body, sender } = opened.content;
    assert.ok(!(body instanceof Uint8Array) && !(body instanceof Commit), "not a proposal");
    const reference = hex(opened.proposalReference(this.#own.state.suite));
    this.#heard.set(reference, { proposal: body, sender: leafOf(sender) });
  }

  /** Moves to the epoch that a commit begins, or throws and stays. */
  async follow(message: Uint8Array): Promise<void> {
    const opened = await this.#open(message);
    const proposals = opened.commit().proposals.map((each): SentProposal => {
      if (!(each instanceof ProposalRef)) {
        return { proposal: each, sender: leafOf(opened.content.sender) };
      }
      const heard = this.#heard.get(hex(each.reference));
      assert.ok(heard, "a proposal that nobody sent");
      return heard;
    });
    const staged = await stage(this.#own.state, opened, proposals, null);
    const psk = this.#keyring.secret(this.#own.state.suite, staged.applied.psks);
    this.#own = await enter(this.#own, staged, opened, psk);
    this.#heard.clear();
    this.#keyring.remember(this.#own);
  }

  /** Takes a content out of either kind of message and verifies who sent it. */
  async #open(message: Uint8Array): Promise<AuthenticatedContent> {
    const { state } = this.#own;
    const opened = await this.#unframed(message);
    checkAddressed(state, opened.content);
    const { context } = state;
    await verifyContent(state.suite, opened, this.#keyOf(opened), { context });
    return opened;
  }

  async #unframed(message: Uint8Array): Promise<AuthenticatedContent> {
    const { state, secrets } = this.#own;
    const content = unpack(message);
    if (content instanceof PublicMessage) {
      checkMembership(this.#own, content);
      return content.authenticated();
    }
    assert.ok(content instanceof PrivateMessage, "neither a public nor a private message");
    const { encryption, senderData } = secrets;
    return unprotect(state.suite, content, {
      encryption,
      senderData,
      leafCount: state.tree.width,
    });
  }

  #keyOf(opened: AuthenticatedContent): Uint8Array {
    const { sender, body } = opened.content;
    if (sender.type === SenderType.MEMBER) {
      return this.#own.state.tree.member(sender.index).signatureKey;
    }
    if (body instanceof Commit && body.path !== null) return body.path.leafNode.signatureKey;
    assert.ok(body instanceof Add, "a sender the vectors do not have");
    return body.keyPackage.leafNode.signatureKey;
  }
}

function leafOf(sender: Sender): number | null {
  return sender.type === SenderType.MEMBER ? sender.index : null;
}
