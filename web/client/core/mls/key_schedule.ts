/** From one epoch's secret to the next, and to everything derived from it: RFC 9420, section 8. */

import { encode, utf8 } from "./codec.ts";
import type { GroupContext } from "./group_context.ts";
import type { KeyPair, Suite } from "./suite.ts";
import { Secret } from "./suite.ts";

const EXTERNAL_INIT = utf8("MLS 1.0 external init secret");

/** All that an epoch's secret gives; the names are those of section 8, table 4. */
export type EpochSecrets = {
  readonly epoch: Secret;
  readonly senderData: Secret;
  readonly encryption: Secret;
  readonly exporter: Secret;
  readonly external: Secret;
  readonly confirmationKey: Secret;
  readonly membershipKey: Secret;
  readonly resumptionPsk: Secret;
  readonly authenticator: Secret;
  readonly init: Secret;
};

/** Derive everything from an epoch's secret. */
export function deriveEpoch(suite: Suite, secret: Secret): EpochSecrets {
  return {
    epoch: secret,
    senderData: suite.deriveSecret(secret, "sender data"),
    encryption: suite.deriveSecret(secret, "encryption"),
    exporter: suite.deriveSecret(secret, "exporter"),
    external: suite.deriveSecret(secret, "external"),
    confirmationKey: suite.deriveSecret(secret, "confirm"),
    membershipKey: suite.deriveSecret(secret, "membership"),
    resumptionPsk: suite.deriveSecret(secret, "resumption"),
    authenticator: suite.deriveSecret(secret, "authentication"),
    init: suite.deriveSecret(secret, "init"),
  };
}

/** Mix what the last epoch left with what the commit brought; newcomers start from this. */
export function joinerSecret(
  suite: Suite,
  initSecret: Uint8Array,
  commitSecret: Uint8Array,
  context: GroupContext,
): Secret {
  const mixed = suite.extract(initSecret, commitSecret);
  return suite.expandWithLabel(mixed, "joiner", encode(context), suite.hashLength);
}

/** Mix in the pre-shared keys, which are all zeros in Ronde's groups. */
export function epochSecret(
  suite: Suite,
  joiner: Uint8Array,
  pskSecret: Uint8Array,
  context: GroupContext,
): Secret {
  const mixed = suite.extract(joiner, pskSecret);
  return suite.expandWithLabel(mixed, "epoch", encode(context), suite.hashLength);
}

/** Derive what a Welcome's GroupInfo is encrypted with. */
export function welcomeSecret(suite: Suite, joiner: Uint8Array, pskSecret: Uint8Array): Secret {
  return suite.deriveSecret(suite.extract(joiner, pskSecret), "welcome");
}

/** Return the `psk_secret` of an epoch without pre-shared keys: section 8.4. */
export function noPsk(suite: Suite): Secret {
  return new Secret(suite.hashLength);
}

/** Return the `commit_secret` of a commit without a path: section 12.4.1. */
export function noPath(suite: Suite): Secret {
  return new Secret(suite.hashLength);
}

/** MLS-Exporter of section 8.5. */
export function exportSecret(
  suite: Suite,
  exporter: Uint8Array,
  label: string,
  context: Uint8Array,
  length: number,
): Secret {
  const secret = suite.deriveSecret(exporter, label);
  return suite.expandWithLabel(secret, "exported", suite.hash(context), length);
}

/** Derive the key pair that outsiders reach the group by: section 8. */
export function externalKeyPair(suite: Suite, secrets: EpochSecrets): Promise<KeyPair> {
  return suite.deriveKeyPair(secrets.external);
}

/** Make an init secret as a joiner: [KEM output for the group, secret]. Section 8.3. */
export function sendExternalInit(
  suite: Suite,
  externalPub: Uint8Array,
): Promise<[Uint8Array, Secret]> {
  return suite.exportTo(externalPub, EXTERNAL_INIT);
}

/** Compute the init secret that a joiner made: section 8.3. */
export async function receiveExternalInit(
  suite: Suite,
  secrets: EpochSecrets,
  kemOutput: Uint8Array,
): Promise<Secret> {
  const own = (await externalKeyPair(suite, secrets)).private;
  return suite.exportFrom(own, kemOutput, EXTERNAL_INIT);
}
