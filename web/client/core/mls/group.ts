/**
 * A group as one of its members has it: the core's whole interface for a client.
 *
 * A `Group` never changes. An operation returns a new one and leaves the old as it was;
 * a message that is refused leaves nothing behind. The bytes taken and given are
 * MLSMessages, but for the tree, which is the `ratchet_tree` extension's content.
 */
import { Malformed, Reader, Writer, encode, replace } from "./codec.ts";
import { makeCommit, makeWelcome, memberIntent } from "./committing.ts";
import type { Credential } from "./credential.ts";
import { externalPub } from "./extensions.ts";
import { GroupInfo, signGroupInfo, treeExtension } from "./group_info.ts";
import { externalIntent, openWelcome, ourState } from "./joining.ts";
import type { KeyPackage, KeyPackageSecrets } from "./key_package.ts";
import { exportSecret, externalKeyPair } from "./key_schedule.ts";
import { LifetimePolicy } from "./lifetime.ts";
import type { Moment } from "./lifetime.ts";
import { MemberState, firstEpoch } from "./member_state.ts";
import { pack, unpackGroupInfo, unpackPublic, unpackWelcome } from "./message.ts";
import { processCommit } from "./processing.ts";
import { Add, Remove } from "./proposal.ts";
import type { Allow, Member, PublicState } from "./public_state.ts";
import { Secret, equal } from "./suite.ts";
import { describe } from "./transition.ts";

const FORM = 1;
const SIGNATURE_KEY_LENGTH = 32;

/** What a member's commit yields: what to send, and where we stand once it is taken. */
export type Committed = {
  readonly commit: Uint8Array;
  readonly welcome: Uint8Array | null;
  readonly group: Group;
};

/** One member's view of one epoch, and the key it signs with. */
export class Group {
  declare readonly own: MemberState;
  declare readonly signatureKey: Secret;

  constructor(given: Pick<Group, "own" | "signatureKey">) {
    Object.assign(this, given);
  }

  /** Begins a group of one: RFC 9420, section 11. */
  static create(groupId: Uint8Array, secrets: KeyPackageSecrets): Group {
    return new Group({
      own: firstEpoch(groupId, secrets),
      signatureKey: secrets.signatureKey,
    });
  }

  /**
   * Follows a Welcome; without a tree, its GroupInfo must carry one.
   *
   * `allow` judges all members, this one among them, as added by the Welcome's signer.
   * That the group is not one we are in already is for the caller to see to.
   *
   * @throws Refused: Something in the Welcome does not hold; see `openWelcome`.
   */
  static async join(
    welcome: Uint8Array,
    secrets: KeyPackageSecrets,
    tree: Uint8Array | null,
    allow: Allow,
    now: Moment,
  ): Promise<Group> {
    const own = await openWelcome(unpackWelcome(welcome), secrets, tree, allow, now);
    return new Group({ own, signatureKey: secrets.signatureKey });
  }

  /**
   * Adds oneself, taking the place of one's own old leaf if `replaces` names it.
   *
   * `allow` is called twice: for the group as it stands, as at a join, and for the
   * change itself, as all members will see it.
   *
   * @throws Refused: Something in the GroupInfo does not hold; see `externalIntent`.
   */
  static async external(
    groupInfo: Uint8Array,
    secrets: KeyPackageSecrets,
    replaces: number | null,
    allow: Allow,
    now: Moment,
  ): Promise<{ readonly commit: Uint8Array; readonly group: Group }> {
    const info = unpackGroupInfo(groupInfo);
    const state = await ourState(info, null, allow, now);
    const intent = await externalIntent(info, state, secrets, replaces);
    const made = await makeCommit(intent);
    const committer = intent.leaf;
    const after = made.own.state.tree;
    await allow(describe(state, intent.applied, after, { committer, external: true }), state);
    const group = new Group({ own: made.own, signatureKey: secrets.signatureKey });
    return { commit: pack(made.message), group };
  }

  /** The epoch without its secrets. */
  get state(): PublicState {
    return this.own.state;
  }

  /** The group's name, the same in all epochs. */
  get groupId(): Uint8Array {
    return this.state.groupId;
  }

  /** Number of commits since the group began. */
  get epoch(): bigint {
    return this.state.epoch;
  }

  /** Where we stand in the tree. */
  get leaf(): number {
    return this.own.keys.leaf;
  }

  /** Everybody in the group, by leaf. */
  get members(): readonly Member[] {
    return this.state.members;
  }

  /** 32 bytes that two members share if and only if they see the same group: section 8.7. */
  get authenticator(): Secret {
    return this.own.secrets.authenticator;
  }

  /** 32 bytes that fix all commits so far; not secret, for comparing with others (R11). */
  get confirmedTranscriptHash(): Uint8Array {
    return this.state.context.confirmedTranscriptHash;
  }

  /** The public tree, as `join` takes it. */
  get tree(): Uint8Array {
    return encode(this.state.tree);
  }

  /** Derives a secret for use outside of MLS, the same for all members: section 8.5. */
  export(label: string, context: Uint8Array, length: number): Secret {
    return exportSecret(this.state.suite, this.own.secrets.exporter, label, context, length);
  }

  /** Describes the group for those who join: with the tree and the external key. */
  async groupInfo(): Promise<Uint8Array> {
    const { state } = this;
    const outside = await externalKeyPair(state.suite, this.own.secrets);
    const info = new GroupInfo({
      context: state.context,
      extensions: [treeExtension(state.tree), externalPub(outside.public)],
      confirmationTag: state.confirmationTag,
      signer: this.leaf,
    });
    return pack(await signGroupInfo(state.suite, info, this.signatureKey));
  }

  /**
   * Adds and removes members and renews our keys: commit, Welcome for the added, next Group.
   *
   * There is always a path (protocol R13). The next Group is pending until the delivery
   * service has taken the commit. A credential given replaces ours.
   *
   * @throws Refused: What is asked for would be refused by the others.
   */
  async commit(
    adds: readonly KeyPackage[],
    removes: readonly number[],
    given: { readonly now: Moment; readonly credential?: Credential | null },
  ): Promise<Committed> {
    const proposals = [
      ...removes.map((removed) => new Remove({ removed })),
      ...adds.map((keyPackage) => new Add({ keyPackage })),
    ];
    const { signatureKey } = this;
    const { now, credential = null } = given;
    const lifetimes = new LifetimePolicy({ now });
    const intent = await memberIntent(this.own, proposals, { signatureKey, lifetimes });
    const draft = credential === null ? intent.draft : replace(intent.draft, { credential });
    const made = await makeCommit({ ...intent, draft });
    const welcome = await makeWelcome(intent, made);
    return {
      commit: pack(made.message),
      welcome: welcome === null ? null : pack(welcome),
      group: new Group({ own: made.own, signatureKey }),
    };
  }

  /**
   * Enters the epoch that another's commit begins.
   *
   * `now` is the moment the log took the commit.
   *
   * @throws RemovedFromGroup: It is valid, allowed, and takes us out.
   * @throws OwnMessage: It is our own.
   * @throws Refused: Something in it does not hold; or whatever `allow` throws.
   */
  async process(message: Uint8Array, allow: Allow, now: Moment): Promise<Group> {
    const own = await processCommit(this.own, unpackPublic(message), allow, now);
    return new Group({ own, signatureKey: this.signatureKey });
  }

  /** Writes everything down for our own vault: it holds secrets. */
  encode(): Uint8Array {
    return new Writer().uint8(FORM).put(this.own).opaque(this.signatureKey).bytes();
  }

  /**
   * Reads what `encode` wrote, here or in Python.
   *
   * @throws Malformed: It is something else, or its parts do not belong together.
   */
  static async decode(this: void, data: Uint8Array): Promise<Group> {
    const reader = new Reader(data);
    const group = await read(reader);
    reader.end();
    return group;
  }
}

async function read(reader: Reader): Promise<Group> {
  if (reader.uint8() !== FORM) throw new Malformed("a group written in another form");
  const own = await MemberState.read(reader);
  const signatureKey = new Secret(reader.fixed(SIGNATURE_KEY_LENGTH));
  const leaf = own.state.tree.member(own.keys.leaf);
  if (!equal(await own.state.suite.signaturePublic(signatureKey), leaf.signatureKey)) {
    throw new Malformed("a signature key that is not the leaf's");
  }
  return new Group({ own, signatureKey });
}
