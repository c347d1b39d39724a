/** The official vectors of RFC 9420, suite 1: structures, and how contents are protected. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { Writer, decode, encode, replace } from "../../web/client/core/mls/codec.ts";
import { Commit } from "../../web/client/core/mls/commit.ts";
import {
  AuthenticatedContent,
  ContentAuth,
  FramedContent,
  PublicMessage,
  Sender,
  membershipTag,
  readBody,
  signContent,
  verifyContent,
  writeBody,
} from "../../web/client/core/mls/framing.ts";
import type { Body } from "../../web/client/core/mls/framing.ts";
import { GroupContext } from "../../web/client/core/mls/group_context.ts";
import { GroupInfo, verifyGroupInfo } from "../../web/client/core/mls/group_info.ts";
import {
  KeyPackage,
  KeyPackageSecrets,
  checkKeyPackage,
} from "../../web/client/core/mls/key_package.ts";
import * as keySchedule from "../../web/client/core/mls/key_schedule.ts";
import { pack, unpack } from "../../web/client/core/mls/message.ts";
import { PrivateMessage, protect, unprotect } from "../../web/client/core/mls/private_message.ts";
import type { MessageSecrets } from "../../web/client/core/mls/private_message.ts";
import {
  Add,
  ExternalInit,
  GroupContextExtensions,
  InjectPsk,
  ReInit,
  Remove,
  Update,
} from "../../web/client/core/mls/proposal.ts";
import { RatchetTree } from "../../web/client/core/mls/ratchet_tree.ts";
import { ContentType, SenderType, WireFormat } from "../../web/client/core/mls/registry.ts";
import { BadSignature, BadTag, Secret, suiteOf } from "../../web/client/core/mls/suite.ts";
import type { Suite } from "../../web/client/core/mls/suite.ts";
import { confirmationTag } from "../../web/client/core/mls/transcript.ts";
import {
  GroupSecrets,
  Welcome,
  openGroupInfo,
  openGroupSecrets,
} from "../../web/client/core/mls/welcome.ts";
import { hex, rows, unhex, utf8 } from "./support/mls_actors.ts";
import type { Row } from "./support/mls_actors.ts";

const FRAMED = {
  mls_welcome: Welcome,
  mls_group_info: GroupInfo,
  mls_key_package: KeyPackage,
  public_message_application: PublicMessage,
  public_message_proposal: PublicMessage,
  public_message_commit: PublicMessage,
  private_message: PrivateMessage,
};
const BARE = {
  ratchet_tree: RatchetTree,
  group_secrets: GroupSecrets,
  add_proposal: Add,
  update_proposal: Update,
  remove_proposal: Remove,
  pre_shared_key_proposal: InjectPsk,
  re_init_proposal: ReInit,
  external_init_proposal: ExternalInit,
  group_context_extensions_proposal: GroupContextExtensions,
  commit: Commit,
};
const CONTENTS = {
  public_message_application: ContentType.APPLICATION,
  public_message_proposal: ContentType.PROPOSAL,
  public_message_commit: ContentType.COMMIT,
};
const KINDS = {
  application: ContentType.APPLICATION,
  proposal: ContentType.PROPOSAL,
  commit: ContentType.COMMIT,
};
type Kind = keyof typeof KINDS;

describe("messages", () => {
  for (const [number, row] of rows("messages").entries()) {
    test(`every structure is read and written back alike, ${number}`, () => {
      const names = [...Object.keys(FRAMED), ...Object.keys(BARE)];

      assert.deepEqual(Object.keys(row).toSorted(), names.toSorted());
      for (const [name, kind] of Object.entries(FRAMED)) {
        const content = unpack(unhex(row[name]));
        assert.ok(content instanceof kind, name);
        assert.equal(hex(pack(content)), row[name]);
      }
      for (const [name, kind] of Object.entries(BARE)) {
        const value = decode<Commit | GroupSecrets | Add | object>(kind.read, unhex(row[name]));
        assert.ok(value instanceof kind, name);
        assert.equal(hex(encode(value)), row[name]);
      }
      for (const [name, kind] of Object.entries(CONTENTS)) {
        const message = unpack(unhex(row[name]));
        assert.ok(message instanceof PublicMessage);
        assert.equal(message.content.type, kind);
      }
    });
  }
});

/** A message-protection row, read. */
class Scene {
  readonly suite: Suite;
  readonly context: GroupContext;
  readonly secrets: MessageSecrets;
  readonly membershipKey: Uint8Array;
  readonly own: Uint8Array;
  readonly signer: Uint8Array;

  constructor(row: Row) {
    this.suite = suiteOf(row.cipher_suite);
    this.context = new GroupContext({
      cipherSuite: row.cipher_suite,
      groupId: unhex(row.group_id),
      epoch: BigInt(row.epoch),
      treeHash: unhex(row.tree_hash),
      confirmedTranscriptHash: unhex(row.confirmed_transcript_hash),
    });
    this.secrets = {
      encryption: new Secret(unhex(row.encryption_secret)),
      senderData: new Secret(unhex(row.sender_data_secret)),
      leafCount: 2,
    };
    this.membershipKey = unhex(row.membership_key);
    this.own = unhex(row.signature_priv);
    this.signer = unhex(row.signature_pub);
  }

  /** Signs a body as the vector's sender: leaf 1 of 2. */
  async signed(body: Body, wireFormat: WireFormat): Promise<AuthenticatedContent> {
    const { groupId, epoch } = this.context;
    const sender = new Sender({ type: SenderType.MEMBER, index: 1 });
    const content = new FramedContent({ groupId, epoch, sender, body });
    const within = { context: this.context, wireFormat };
    const signature = await signContent(this.suite, content, this.own, within);
    const tag = body instanceof Commit ? utf8("a tag nobody checks here") : null;
    const auth = new ContentAuth({ signature, confirmationTag: tag });
    return new AuthenticatedContent({ wireFormat, content, auth });
  }

  /** Verifies a content as a member does and returns its body. */
  async verify(message: AuthenticatedContent): Promise<Body> {
    await verifyContent(this.suite, message, this.signer, { context: this.context });
    assert.deepEqual({ ...message.content.sender }, { type: SenderType.MEMBER, index: 1 });
    return message.content.body;
  }

  /** Computes the membership tag. */
  tag(message: AuthenticatedContent): Uint8Array {
    return membershipTag(this.suite, message, this.membershipKey, { context: this.context });
  }
}

/** Returns a body's bytes; application data without the length before it. */
function raw(body: Body): Uint8Array {
  if (body instanceof Uint8Array) return body;
  const writer = new Writer();
  writeBody(writer, body);
  return writer.bytes();
}

/** Reads the raw value of a message-protection row. */
function bodyOf(row: Row, name: Kind): Body {
  const data = unhex(row[name]);
  return name === "application" ? data : decode((reader) => readBody(reader, KINDS[name]), data);
}

describe("message-protection", () => {
  for (const row of rows("message-protection")) {
    for (const name of ["proposal", "commit"] as const) {
      test(`a public message verifies theirs and ours, a ${name}`, async () => {
        const scene = new Scene(row);
        const theirs = unpack(unhex(row[`${name}_pub`]));

        const signed = await scene.signed(bodyOf(row, name), WireFormat.PUBLIC_MESSAGE);
        const { content, auth } = signed;
        const membershipTag = scene.tag(signed);
        const ours = unpack(pack(new PublicMessage({ content, auth, membershipTag })));

        assert.deepEqual(await scene.suite.signaturePublic(scene.own), scene.signer);
        for (const message of [theirs, ours]) {
          assert.ok(message instanceof PublicMessage);
          assert.equal(hex(raw(await scene.verify(message.authenticated()))), row[name]);
          assert.deepEqual(scene.tag(message.authenticated()), message.membershipTag);
        }
      });
    }

    for (const name of ["proposal", "commit", "application"] as const) {
      test(`a private message opens, theirs and ours, a ${name}`, async () => {
        const scene = new Scene(row);
        const theirs = unpack(unhex(row[`${name}_priv`]));

        const signed = await scene.signed(bodyOf(row, name), WireFormat.PRIVATE_MESSAGE);
        const how = { generation: 3, padding: 17 };
        const ours = await protect(scene.suite, signed, scene.secrets, how);

        for (const message of [theirs, decode(PrivateMessage.read, encode(ours))]) {
          assert.ok(message instanceof PrivateMessage);
          const opened = await unprotect(scene.suite, message, scene.secrets);
          assert.equal(hex(raw(await scene.verify(opened))), row[name]);
          assert.equal(message.type, KINDS[name]);
        }
      });
    }

    test("a private message that was altered does not open", async () => {
      const scene = new Scene(row);
      const message = unpack(unhex(row.application_priv));
      assert.ok(message instanceof PrivateMessage);

      const altered = [
        replace(message, { epoch: message.epoch + 1n }),
        replace(message, { authenticatedData: utf8("other") }),
        replace(message, { type: ContentType.PROPOSAL }),
        replace(message, { ciphertext: message.ciphertext.with(-1, 0) }),
      ];

      for (const each of altered) {
        await assert.rejects(unprotect(scene.suite, each, scene.secrets), BadTag);
      }
    });

    test("a content signed for one way of travelling does not travel the other", async () => {
      const scene = new Scene(row);
      const signed = await scene.signed(unhex(row.application), WireFormat.PUBLIC_MESSAGE);

      const sealed = protect(scene.suite, signed, scene.secrets, { generation: 0 });
      const disguised = replace(signed, { wireFormat: WireFormat.PRIVATE_MESSAGE });

      await assert.rejects(sealed, /otherwise/);
      await assert.rejects(scene.verify(disguised), BadSignature);
    });
  }
});

describe("welcome", () => {
  for (const row of rows("welcome")) {
    test("a Welcome opens and its GroupInfo proves the epoch", async () => {
      const suite = suiteOf(row.cipher_suite);
      const [keyPackage, welcome] = [unpack(unhex(row.key_package)), unpack(unhex(row.welcome))];
      assert.ok(keyPackage instanceof KeyPackage);
      assert.ok(welcome instanceof Welcome);
      const keys = new KeyPackageSecrets({
        keyPackage,
        initKey: new Secret(unhex(row.init_priv)),
        encryptionKey: new Secret(0),
        signatureKey: new Secret(0),
      });

      const { joinerSecret: joiner } = await openGroupSecrets(suite, welcome, keys);
      const psk = keySchedule.noPsk(suite);
      const info = await openGroupInfo(suite, welcome, { joiner, pskSecret: psk });
      const secret = keySchedule.epochSecret(suite, joiner, psk, info.context);
      const { confirmationKey } = keySchedule.deriveEpoch(suite, secret);

      assert.ok(welcome.references().map(hex).includes(hex(keyPackage.reference())));
      await checkKeyPackage(suite, keyPackage, { lifetimes: null });
      await verifyGroupInfo(suite, info, unhex(row.signer_pub));
      const confirmed = info.context.confirmedTranscriptHash;
      assert.deepEqual(confirmationTag(suite, confirmationKey, confirmed), info.confirmationTag);
    });
  }
});
