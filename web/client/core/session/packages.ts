/** A device's key packages: made in advance, used once (R12). */

import type { Moment } from "../canonical.ts";
import type { Device, DeviceCertificate } from "../identity.ts";
import { certificateOf, credentialIdentity } from "../identity.ts";
import { Credential } from "../mls/credential.ts";
import type { KeyPackage, KeyPackageSecrets } from "../mls/key_package.ts";
import { newKeyPackage } from "../mls/key_package.ts";
import { Lifetime } from "../mls/lifetime.ts";
import { pack, unpackKeyPackage } from "../mls/message.ts";
import { equal, SUITE_1 } from "../mls/suite.ts";
import { PackagesAtRest } from "./at_rest.ts";
import type { Session } from "./state.ts";

/** A session to persist, then encoded MLSMessages for the server. */
export type Published = { readonly session: Session; readonly packages: readonly Uint8Array[] };

/**
 * Make key packages for the server to hand out; those past their time are forgotten.
 *
 * The session is to be persisted before the packages leave. The last of them is to be left
 * as the last resort: it may be handed out more than once, so its private keys stay until
 * its time is over (RFC 9420, section 16.8).
 */
export async function publish(
  session: Session,
  count: number,
  { now }: { now: Moment },
): Promise<Published> {
  const fresh: KeyPackageSecrets[] = [];
  while (fresh.length < count) {
    fresh.push(await makePackage(session.device, { now }));
  }
  const before = await session.packages.awake();
  const kept = before.filter((one) => !isOver(one, now));
  const still = kept.map(referenceOf).filter((one) => includes(session.resorts, one));
  const resorts = [...still, ...fresh.slice(-1).map(referenceOf)];
  const packages = fresh.map((one) => pack(one.keyPackage));
  const held = PackagesAtRest.of([...kept, ...fresh]);
  return { session: session.with({ packages: held, resorts }), packages };
}

/** Make one key package of a device, good for 90 days. */
export function makePackage(device: Device, { now }: { now: Moment }): Promise<KeyPackageSecrets> {
  const credential = new Credential({ identity: credentialIdentity(device.certificate) });
  return newKeyPackage(SUITE_1, credential, device.signatureKey, Lifetime.starting(now));
}

/** Find the key package of ours that a bundle names. */
export async function packageFor(
  session: Session,
  references: readonly Uint8Array[],
): Promise<KeyPackageSecrets | null> {
  const held = await session.packages.awake();
  return held.find((one) => includes(references, referenceOf(one))) ?? null;
}

/** Delete the private keys of a key package that was used, unless it is a last resort. */
export async function spent(session: Session, used: KeyPackageSecrets): Promise<Session> {
  const reference = referenceOf(used);
  if (includes(session.resorts, reference)) {
    return session;
  }
  const held = await session.packages.awake();
  const left = held.filter((one) => !equal(referenceOf(one), reference));
  return session.with({ packages: PackagesAtRest.of(left) });
}

/**
 * Read the certificate in an encoded key package; nothing is verified.
 *
 * @throws Malformed The bytes are no MLSMessage.
 * @throws OutOfProfile They hold something else, or another kind of credential.
 * @throws BadCertificate The credential holds no certificate.
 */
export function certificateIn(keyPackage: Uint8Array): DeviceCertificate {
  return certificateOf(unpackKeyPackage(keyPackage).leafNode.credential.identity);
}

/** Take encoded key packages out of their frames. */
export function opened(packages: readonly Uint8Array[]): readonly KeyPackage[] {
  return packages.map(unpackKeyPackage);
}

function referenceOf(secrets: KeyPackageSecrets): Uint8Array {
  return secrets.keyPackage.reference();
}

function includes(references: readonly Uint8Array[], reference: Uint8Array): boolean {
  return references.some((one) => equal(one, reference));
}

function isOver(secrets: KeyPackageSecrets, now: Moment): boolean {
  const { lifetime } = secrets.keyPackage.leafNode;
  return lifetime !== null && Number(lifetime.notAfter) < Math.floor(now / 1000);
}
