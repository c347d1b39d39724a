/** The official vectors of RFC 9420, suite 1: following a group from its Welcome on. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { KeyPackage, KeyPackageSecrets } from "../../web/client/core/mls/key_package.ts";
import { unpack } from "../../web/client/core/mls/message.ts";
import { Secret, suiteOf } from "../../web/client/core/mls/suite.ts";
import { hex, rows, unhex, utf8 } from "./support/mls_actors.ts";
import type { Row } from "./support/mls_actors.ts";
import { PassiveClient } from "./support/passive_client.ts";

const FILES = [
  "passive-client-welcome",
  "passive-client-handling-commit",
  "passive-client-random",
];

/** The private side of a passive client. */
function keysOf(row: Row): KeyPackageSecrets {
  const keyPackage = unpack(unhex(row.key_package));
  assert.ok(keyPackage instanceof KeyPackage);
  return new KeyPackageSecrets({
    keyPackage,
    initKey: new Secret(unhex(row.init_priv)),
    encryptionKey: new Secret(unhex(row.encryption_priv)),
    signatureKey: new Secret(unhex(row.signature_priv)),
  });
}

async function follow(row: Row): Promise<string[]> {
  const given: Row[] = row.external_psks;
  const external = new Map(given.map((each) => [each.psk_id, unhex(each.psk)]));
  const tree = row.ratchet_tree ? unhex(row.ratchet_tree) : null;
  const client = await PassiveClient.join(unhex(row.welcome), keysOf(row), tree, external);
  const arrived = [hex(client.authenticator)];
  for (const epoch of row.epochs) {
    for (const proposal of epoch.proposals) await client.hear(unhex(proposal));
    await client.follow(unhex(epoch.commit));
    arrived.push(hex(client.authenticator));
  }
  return arrived;
}

for (const file of FILES) {
  describe(file, () => {
    for (const [number, row] of rows(file).entries()) {
      test(`the private keys belong to the key package of vector ${number}`, async () => {
        const suite = suiteOf(row.cipher_suite);
        const { keyPackage, initKey, encryptionKey, signatureKey } = keysOf(row);
        const none = new Uint8Array();
        const { leafNode } = keyPackage;

        const init = await suite.sealWithLabel(keyPackage.initKey, "test", none, utf8("init"));
        const leaf = await suite.sealWithLabel(leafNode.encryptionKey, "test", none, utf8("leaf"));

        const openedInit = await suite.openWithLabel(initKey, "test", none, init);
        const openedLeaf = await suite.openWithLabel(encryptionKey, "test", none, leaf);
        assert.equal(hex(openedInit), hex(utf8("init")));
        assert.equal(hex(openedLeaf), hex(utf8("leaf")));
        assert.deepEqual(await suite.signaturePublic(signatureKey), leafNode.signatureKey);
      });

      test(`a passive client arrives at every epoch of vector ${number}`, async () => {
        const arrived = await follow(row);

        const epochs: Row[] = row.epochs;
        const expected = epochs.map((epoch) => epoch.epoch_authenticator);
        assert.deepEqual(arrived, [row.initial_epoch_authenticator, ...expected]);
      });
    }
  });
}
