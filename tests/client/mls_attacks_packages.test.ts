/** What an insider may try with the key package of one it adds: each refused, nothing moved. */
import { test } from "node:test";

import { Malformed, concat } from "../../web/client/core/mls/codec.ts";
import { Extension } from "../../web/client/core/mls/extensions.ts";
import { InvalidKeyPackage } from "../../web/client/core/mls/key_package.ts";
import type { KeyPackage } from "../../web/client/core/mls/key_package.ts";
import { InvalidLeaf } from "../../web/client/core/mls/leaf_node.ts";
import type { LeafNode } from "../../web/client/core/mls/leaf_node.ts";
import { Expired, Lifetime, LivesTooLong } from "../../web/client/core/mls/lifetime.ts";
import { Add } from "../../web/client/core/mls/proposal.ts";
import { OutOfProfile } from "../../web/client/core/mls/refused.ts";
import { BadKey, BadSignature } from "../../web/client/core/mls/suite.ts";
import { DAY, HOUR, NOW, SUITE, packageOf, replaced, unhex, utf8 } from "./support/mls_actors.ts";
import { forge, forgedPackage } from "./support/mls_forge.ts";
import { scene as setScene } from "./support/mls_scene.ts";
import type { Errors } from "./support/mls_scene.ts";

const scene = await setScene();
const zoe = await packageOf("zoe");
const twin = (await packageOf("zoe")).keyPackage;
const fresh = (await SUITE.generateKeyPair()).public;
const unlisted = [new Extension({ type: 0xf00d, data: new Uint8Array() })];

/** Has Eve commit the addition of a key package. */
function adding(keyPackage: KeyPackage, path = true): Promise<Uint8Array> {
  return forge(scene.eve, [new Add({ keyPackage })], {}, { path });
}

/** Zoe's key package with another leaf, signed by her. */
function withLeaf(leaf: (truth: LeafNode) => LeafNode): Promise<KeyPackage> {
  return forgedPackage(zoe, { leaf });
}

/** Zoe's key package with a lifetime from `start`, seen from now, and so long. */
function living(start: number, length: number): Promise<KeyPackage> {
  return withLeaf((leaf) =>
    replaced(leaf, {
      lifetime: new Lifetime({
        notBefore: BigInt((NOW + start) / 1000),
        notAfter: BigInt((NOW + start + length) / 1000),
      }),
    }),
  );
}

const { keyPackage } = zoe;
const packages: Record<string, readonly [KeyPackage | Promise<KeyPackage>, Errors]> = {
  "its owner did not sign": [replaced(keyPackage, { signature: twin.signature }), BadSignature],
  "had its init key swapped": [replaced(keyPackage, { initKey: fresh }), BadSignature],
  "has a leaf somebody else signed": [
    forgedPackage(zoe, {
      keyPackage: (truth) =>
        replaced(truth, {
          leafNode: replaced(truth.leafNode, { signature: twin.leafNode.signature }),
        }),
    }),
    BadSignature,
  ],
  "is over": [living(-30 * DAY, 29 * DAY), Expired],
  "is not yet valid": [living(HOUR, 30 * DAY), Expired],
  "lives over 90 days": [living(-HOUR, 91 * DAY), LivesTooLong],
  "lives a second too long": [living(-HOUR, 90 * DAY + 1000), LivesTooLong],
  "ends before it begins": [living(HOUR, -2 * HOUR), LivesTooLong],
  "is of another suite": [replaced(keyPackage, { cipherSuite: 3 }), InvalidKeyPackage],
  "lacks our version": [
    withLeaf((leaf) =>
      replaced(leaf, { capabilities: replaced(leaf.capabilities, { versions: [2] }) }),
    ),
    InvalidLeaf,
  ],
  "lacks our suite": [
    withLeaf((leaf) =>
      replaced(leaf, { capabilities: replaced(leaf.capabilities, { cipherSuites: [3] }) }),
    ),
    InvalidLeaf,
  ],
  "lacks its own credential": [
    withLeaf((leaf) =>
      replaced(leaf, { capabilities: replaced(leaf.capabilities, { credentials: [2] }) }),
    ),
    InvalidLeaf,
  ],
  "has a leaf with an extension not listed": [
    withLeaf((leaf) => replaced(leaf, { extensions: unlisted })),
    InvalidLeaf,
  ],
  "carries an extension its leaf does not list": [
    forgedPackage(zoe, { keyPackage: (truth) => replaced(truth, { extensions: unlisted }) }),
    InvalidKeyPackage,
  ],
  "has a leaf made for something else": [
    replaced(keyPackage, { leafNode: scene.circle.at(1).state.tree.member(1) }),
    InvalidKeyPackage,
  ],
  "has one key for both uses": [
    forgedPackage(zoe, {
      keyPackage: (truth) => replaced(truth, { initKey: truth.leafNode.encryptionKey }),
    }),
    InvalidKeyPackage,
  ],
};
for (const [what, [given, errors]] of Object.entries(packages)) {
  test(`a key package that ${what} is refused`, async () => {
    await scene.refuse(await adding(await given), errors);
  });
}

test("a key package of another version is refused", async () => {
  const truth = await adding(keyPackage);

  const at = Buffer.from(truth).indexOf(keyPackage.content());
  const lie = concat(truth.slice(0, at), Uint8Array.of(0, 2), truth.slice(at + 2));

  await scene.refuse(lie, Malformed);
});

test("a certificate chain for a credential is refused", async () => {
  const truth = await adding(keyPackage);

  const at = Buffer.from(truth).indexOf(concat(Uint8Array.of(0, 1, 3), utf8("zoe")));
  const lie = concat(truth.slice(0, at), Uint8Array.of(0, 2), truth.slice(at + 2));

  await scene.refuse(lie, OutOfProfile);
});

const noKeys = [new Uint8Array(32), unhex(`01${"00".repeat(31)}`), unhex(`ec${"ff".repeat(30)}7f`)];
for (const [number, key] of noKeys.entries()) {
  test(`a key that nobody can seal to is refused: ${number}`, async () => {
    const inLeaf = await withLeaf((leaf) => replaced(leaf, { encryptionKey: key }));
    const inPackage = await forgedPackage(zoe, {
      keyPackage: (truth) => replaced(truth, { initKey: key }),
    });

    await scene.refuse(await adding(inPackage), BadKey);
    // Nothing can be sealed to the leaf, so the forger leaves the path out.
    await scene.refuse(await adding(inLeaf, false), BadKey);
  });
}

test("a key of another in another encoding is refused", async () => {
  const { encryptionKey } = scene.circle.at(1).state.member(1);
  // X25519 ignores the top bit: this opens what is sealed to Ben, and is not his by name.
  const alias = encryptionKey.with(31, (encryptionKey[31] ?? 0) | 0x80);

  const inLeaf = await withLeaf((leaf) => replaced(leaf, { encryptionKey: alias }));

  await scene.refuse(await adding(inLeaf, false), BadKey);
});
