/** What one may try with a GroupInfo, on those outside and on the service: each refused. */
import { test } from "node:test";

import { Writer } from "../../web/client/core/mls/codec.ts";
import { Extension, externalPub } from "../../web/client/core/mls/extensions.ts";
import { Group } from "../../web/client/core/mls/group.ts";
import { signGroupInfo, treeExtension } from "../../web/client/core/mls/group_info.ts";
import type { GroupInfo } from "../../web/client/core/mls/group_info.ts";
import type { GroupContext } from "../../web/client/core/mls/group_context.ts";
import { NoTree, NoWayIn } from "../../web/client/core/mls/joining.ts";
import { pack, unpackGroupInfo, unpackWelcome } from "../../web/client/core/mls/message.ts";
import { ClientTwice } from "../../web/client/core/mls/profile.ts";
import {
  GroupInfoMismatch,
  PublicGroup,
  WelcomeMismatch,
} from "../../web/client/core/mls/public_group.ts";
import { NoSuchLeaf } from "../../web/client/core/mls/ratchet_tree.ts";
import { OutOfProfile } from "../../web/client/core/mls/refused.ts";
import { ExtensionType } from "../../web/client/core/mls/registry.ts";
import { BadKey, BadSignature, UnsupportedSuite } from "../../web/client/core/mls/suite.ts";
import { rootHash } from "../../web/client/core/mls/tree_hash.ts";
import { InvalidTree } from "../../web/client/core/mls/tree_validation.ts";
import {
  NOW,
  NotAllowed,
  SUITE,
  accept,
  packageOf,
  replaced,
  text,
  utf8,
} from "./support/mls_actors.ts";
import { refused, scene as setScene } from "./support/mls_scene.ts";
import type { Errors } from "./support/mls_scene.ts";

const scene = await setScene();
const zoe = await packageOf("zoe");
const ana = scene.circle.at(0);
const stranger = await SUITE.generateSignatureKey();
const nothing = new Uint8Array(32);
const afterwards = await scene.service.process(scene.commit, accept, NOW);

/** Signs what somebody says of a group, as Ana or another. */
async function signed(info: GroupInfo, key = ana.signatureKey): Promise<Uint8Array> {
  return pack(await signGroupInfo(SUITE, info, key));
}

function without(info: GroupInfo, kind: ExtensionType): GroupInfo {
  return replaced(info, { extensions: info.extensions.filter((each) => each.type !== kind) });
}

function withContext(info: GroupInfo, change: Partial<GroupContext>): GroupInfo {
  return replaced(info, { context: replaced(info.context, change) });
}

const external = (info: Uint8Array) => Group.external(info, zoe, null, accept, NOW);
const truth = unpackGroupInfo(await ana.groupInfo());
const senders = new Extension({ type: ExtensionType.EXTERNAL_SENDERS, data: Uint8Array.of(0) });

const lies: Record<string, readonly [GroupInfo, Errors]> = {
  "without a way in": [without(truth, ExtensionType.EXTERNAL_PUB), [NoWayIn, GroupInfoMismatch]],
  "without a tree": [without(truth, ExtensionType.RATCHET_TREE), NoTree],
  "of nobody": [replaced(truth, { signer: 6 }), NoSuchLeaf],
  "in the name of another": [replaced(truth, { signer: 1 }), BadSignature],
  "of another tree": [withContext(truth, { treeHash: nothing }), InvalidTree],
  "of another group": [withContext(truth, { groupId: utf8("other") }), BadSignature],
  "of another suite": [withContext(truth, { cipherSuite: 3 }), UnsupportedSuite],
  "with external senders": [withContext(truth, { extensions: [senders] }), OutOfProfile],
};
for (const [what, [info, errors]] of Object.entries(lies)) {
  test(`a GroupInfo ${what} leads nowhere`, async () => {
    await refused(external(await signed(info)), errors);
    await refused(PublicGroup.fromGroupInfo(await signed(info)), errors);
  });
}

test("a GroupInfo that no member signed leads nowhere", async () => {
  const info = await signed(truth, stranger.private);

  await refused(external(info), BadSignature);
  await refused(PublicGroup.fromGroupInfo(info), BadSignature);
});

for (const length of [0, 31, 32]) {
  test(`a way in that is ${length} zeros leads nowhere`, async () => {
    const others = without(truth, ExtensionType.EXTERNAL_PUB).extensions;
    const extensions = [...others, externalPub(new Uint8Array(length))];
    const info = await signed(replaced(truth, { extensions }));

    await refused(external(info), BadKey);
    await refused(PublicGroup.fromGroupInfo(info), GroupInfoMismatch);
  });
}

test("a group with a member that the policy does not know is not joined", async () => {
  const info = await ana.groupInfo();

  const joining = Group.external(
    info,
    zoe,
    null,
    (change) => {
      if (change.added.some((member) => text(member.identity) === "eve")) throw new NotAllowed();
    },
    NOW,
  );

  await refused(joining, NotAllowed);
});

test("a group in which a client stands twice leads nowhere", async () => {
  const [tree] = ana.state.tree.add((await packageOf("ben")).keyPackage.leafNode);
  const others = without(truth, ExtensionType.RATCHET_TREE).extensions;
  const doubled = replaced(truth, { extensions: [treeExtension(tree), ...others] });
  const info = await signed(withContext(doubled, { treeHash: rootHash(SUITE, tree) }));

  await refused(external(info), ClientTwice);
  await refused(PublicGroup.fromGroupInfo(info), ClientTwice);
});

test("the service takes the GroupInfo that fits the commit and no other", async () => {
  const ben = await scene.circle.at(1).process(scene.commit, accept, NOW);
  const info = await scene.after.groupInfo();

  await afterwards.checkGroupInfo(info, 0);
  await refused(afterwards.checkGroupInfo(await ana.groupInfo(), 0), GroupInfoMismatch);
  await refused(afterwards.checkGroupInfo(await ben.groupInfo(), 0), GroupInfoMismatch);
  await refused(afterwards.checkGroupInfo(info, 1), GroupInfoMismatch);
});

const fitting = unpackGroupInfo(await scene.after.groupInfo());
const unfitting: Record<string, GroupInfo> = {
  "with another tag": replaced(fitting, { confirmationTag: nothing }),
  "without a tree": without(fitting, ExtensionType.RATCHET_TREE),
  "without a way in": without(fitting, ExtensionType.EXTERNAL_PUB),
  "of another signer": replaced(fitting, { signer: 1 }),
  "of another transcript": withContext(fitting, { confirmedTranscriptHash: nothing }),
};
for (const [what, info] of Object.entries(unfitting)) {
  test(`the service takes no GroupInfo ${what}`, async () => {
    await refused(afterwards.checkGroupInfo(await signed(info), 0), GroupInfoMismatch);
  });
}

test("the service takes no GroupInfo that the committer did not sign", async () => {
  const info = await signed(fitting, stranger.private);

  await refused(afterwards.checkGroupInfo(info, 0), BadSignature);
});

test("the service takes no Welcome that leaves one out or names another", async () => {
  const yan = (await packageOf("yan")).keyPackage;
  const both = await ana.commit([zoe.keyPackage, yan], [], { now: NOW });
  const one = await ana.commit([zoe.keyPackage], [], { now: NOW });
  const added = await scene.service.process(both.commit, accept, NOW);

  const mismatches = [
    [added, one.welcome],
    [added, null],
    [afterwards, one.welcome],
  ] as const;

  added.checkWelcome(both.welcome);
  afterwards.checkWelcome(null);
  for (const [group, welcome] of mismatches) {
    await refused((async () => group.checkWelcome(welcome))(), WelcomeMismatch);
  }
});

test("two names run together do not pass for two names", async () => {
  const yan = (await packageOf("yan")).keyPackage;
  const made = await ana.commit([zoe.keyPackage, yan], [], { now: NOW });
  const added = await scene.service.process(made.commit, accept, NOW);
  const welcome = unpackWelcome(made.welcome ?? new Uint8Array());
  const [one, other] = welcome.secrets;

  for (const between of ["", ",", '","']) {
    const writer = new Writer();
    const names = [one, other].map((each) => each?.newMember ?? nothing);
    writer.raw(names[0] ?? nothing).raw(utf8(between)).raw(names[1] ?? nothing);
    const secrets = welcome.secrets
      .slice(0, 1)
      .map((each) => replaced(each, { newMember: writer.bytes() }));
    const lie = pack(replaced(welcome, { secrets }));
    await refused((async () => added.checkWelcome(lie))(), WelcomeMismatch);
  }
});
