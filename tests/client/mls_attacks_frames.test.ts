/** What an insider may try with the frame of a commit: each refused, nothing moved. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { Malformed } from "../../web/client/core/mls/codec.ts";
import { Sender } from "../../web/client/core/mls/framing.ts";
import { Unconfirmed } from "../../web/client/core/mls/member_state.ts";
import { pack } from "../../web/client/core/mls/message.ts";
import { protect } from "../../web/client/core/mls/private_message.ts";
import { OwnMessage, RemovedFromGroup } from "../../web/client/core/mls/processing.ts";
import { Remove } from "../../web/client/core/mls/proposal.ts";
import { NoSuchLeaf } from "../../web/client/core/mls/ratchet_tree.ts";
import { OutOfProfile } from "../../web/client/core/mls/refused.ts";
import { SenderType, WireFormat } from "../../web/client/core/mls/registry.ts";
import { BadSignature, BadTag } from "../../web/client/core/mls/suite.ts";
import { WrongEpoch, WrongGroup } from "../../web/client/core/mls/transition.ts";
import { NOW, SUITE, accept, replaced, utf8 } from "./support/mls_actors.ts";
import { forge, send, signedContent } from "./support/mls_forge.ts";
import type { Lies } from "./support/mls_forge.ts";
import { refused, scene as setScene } from "./support/mls_scene.ts";
import type { Errors } from "./support/mls_scene.ts";

const scene = await setScene();
const UNSEEN = { service: false };

/** A lie about who sends. */
function from(type: Sender["type"], index: number): Lies {
  const sender = new Sender({ type, index });
  return { content: (content) => replaced(content, { sender }) };
}

const { epoch } = scene.service;
const frames: Record<string, readonly [lies: Lies, errors: Errors]> = {
  "in the name of another": [from(SenderType.MEMBER, 0), BadSignature],
  "from an empty place": [from(SenderType.MEMBER, 5), NoSuchLeaf],
  "from beyond the tree": [from(SenderType.MEMBER, 8), NoSuchLeaf],
  "from far beyond the tree": [from(SenderType.MEMBER, 2 ** 32 - 1), NoSuchLeaf],
  "from an external sender": [from(SenderType.EXTERNAL, 0), OutOfProfile],
  "from one who only proposes": [from(SenderType.NEW_MEMBER_PROPOSAL, 0), OutOfProfile],
  "of the epoch before": [
    { content: (content) => replaced(content, { epoch: epoch - 1n }) },
    WrongEpoch,
  ],
  "of the epoch after": [
    { content: (content) => replaced(content, { epoch: epoch + 1n }) },
    WrongEpoch,
  ],
  "of an epoch far away": [
    { content: (content) => replaced(content, { epoch: epoch + 2n ** 40n }) },
    WrongEpoch,
  ],
  "of another group": [
    { content: (content) => replaced(content, { groupId: utf8("another") }) },
    WrongGroup,
  ],
  "with data of its own": [
    { content: (content) => replaced(content, { authenticatedData: utf8("x") }) },
    OutOfProfile,
  ],
};
for (const [what, [lies, errors]] of Object.entries(frames)) {
  test(`a commit ${what} is refused`, async () => {
    await scene.refuse(await forge(scene.eve, [], lies), errors);
  });
}

test("a commit with a wrong confirmation tag is refused", async () => {
  const other = await forge(scene.eve, [], { tag: (tag) => tag.with(31, (tag[31] ?? 0) ^ 1) });
  const none = await forge(scene.eve, [], { tag: () => new Uint8Array() });

  await scene.refuse(other, Unconfirmed, UNSEEN);
  await scene.refuse(none, Unconfirmed, UNSEEN);
});

test("a commit with a wrong membership tag is refused", async () => {
  const tags = [new Uint8Array(32), new Uint8Array()];

  for (const membershipTag of tags) {
    const message: Lies["message"] = (truth) => replaced(truth, { membershipTag });
    await scene.refuse(await forge(scene.eve, [], { message }), BadTag, UNSEEN);
  }
});

test("a replayed commit is refused", async () => {
  const ben = await scene.circle.at(1).process(scene.commit, accept, NOW);
  const service = await scene.service.process(scene.commit, accept, NOW);
  const before = ben.encode();

  await refused(ben.process(scene.commit, accept, NOW), WrongEpoch);
  await refused(service.process(scene.commit, accept, NOW), WrongEpoch);

  assert.deepEqual(ben.encode(), before);
});

test("our own commit is not processed but adopted", async () => {
  const ana = scene.circle.at(0);
  const before = ana.encode();

  await refused(ana.process(scene.commit, accept, NOW), OwnMessage);

  assert.deepEqual(ana.encode(), before);
});

test("a proposal standing alone, or application data in the clear, is refused", async () => {
  const alone = await signedContent(scene.eve, new Remove({ removed: 0 }));
  const clear = await signedContent(scene.eve, utf8("in the clear"));

  await scene.refuse(send(scene.eve, alone), [OutOfProfile, Malformed]);
  await scene.refuse(send(scene.eve, clear), [OutOfProfile, Malformed]);
});

test("a private message is refused", async () => {
  const eve = scene.circle.at(4);
  const signed = replaced(await signedContent(scene.eve, utf8("sealed")), {
    wireFormat: WireFormat.PRIVATE_MESSAGE,
  });
  const { encryption, senderData } = eve.own.secrets;
  const leafCount = eve.state.tree.width;

  const secrets = { encryption, senderData, leafCount };
  const lie = pack(await protect(SUITE, signed, secrets, { generation: 0 }));

  await scene.refuse(lie, OutOfProfile);
});

test("what is no message at all is refused", async () => {
  await scene.refuse(new Uint8Array(), Malformed);
  await scene.refuse(scene.commit.slice(0, -1), Malformed);
  await scene.refuse(new Uint8Array([...scene.commit, 0]), Malformed);
});

test("one who is removed learns it and keeps the old state", async () => {
  const { commit, group } = await scene.circle.at(0).commit([], [2], { now: NOW });
  const cleo = scene.circle.at(2);
  const before = cleo.encode();

  await refused(cleo.process(commit, accept, NOW), RemovedFromGroup);
  const ben = await scene.circle.at(1).process(commit, accept, NOW);

  assert.deepEqual(cleo.encode(), before);
  assert.deepEqual(ben.authenticator, group.authenticator);
});
