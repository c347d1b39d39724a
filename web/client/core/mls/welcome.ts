/** How those just added get the epoch's secrets: RFC 9420, section 12.4.3.1. */

import type { Reader, Writer } from "./codec.ts";
import { decode, encode } from "./codec.ts";
import { GroupInfo } from "./group_info.ts";
import type { KeyPackage, KeyPackageSecrets } from "./key_package.ts";
import { welcomeSecret } from "./key_schedule.ts";
import type { PreSharedKeyId } from "./psk.ts";
import { readPskId } from "./psk.ts";
import { Refused } from "./refused.ts";
import type { Suite } from "./suite.ts";
import { equal, HpkeCiphertext, Secret } from "./suite.ts";

const LABEL = "Welcome";
const EMPTY = new Uint8Array();

/** A Welcome names none of the key packages it was opened with. */
export class NotForUs extends Refused {}

type SecretFields = {
  readonly joinerSecret: Secret;
  readonly pathSecret: Secret | null;
  readonly psks?: readonly PreSharedKeyId[];
};

/** What one newcomer is given; the path secret is its common ancestor's with the committer. */
export class GroupSecrets {
  declare readonly joinerSecret: Secret;
  declare readonly pathSecret: Secret | null;
  readonly psks: readonly PreSharedKeyId[] = [];

  constructor(given: SecretFields) {
    Object.assign(this, given);
  }

  /** Append the wire form. */
  write(writer: Writer): void {
    writer.opaque(this.joinerSecret).uint8(this.pathSecret === null ? 0 : 1);
    if (this.pathSecret !== null) {
      writer.opaque(this.pathSecret);
    }
    writer.vector(this.psks);
  }

  /** Take the wire form. */
  static read(this: void, reader: Reader): GroupSecrets {
    return new GroupSecrets({
      joinerSecret: readSecret(reader),
      pathSecret: reader.optional(readSecret),
      psks: reader.vector(readPskId),
    });
  }
}

/** The secrets sealed to one key package, which is named by its reference. */
export class EncryptedGroupSecrets {
  declare readonly newMember: Uint8Array;
  declare readonly encrypted: HpkeCiphertext;

  constructor(given: Pick<EncryptedGroupSecrets, "newMember" | "encrypted">) {
    Object.assign(this, given);
  }

  /** Append the wire form. */
  write(writer: Writer): void {
    writer.opaque(this.newMember).put(this.encrypted);
  }

  /** Take the wire form. */
  static read(this: void, reader: Reader): EncryptedGroupSecrets {
    const newMember = reader.opaque();
    return new EncryptedGroupSecrets({ newMember, encrypted: HpkeCiphertext.read(reader) });
  }
}

/** Secrets for each newcomer, and the GroupInfo encrypted once for all of them. */
export class Welcome {
  declare readonly cipherSuite: number;
  declare readonly secrets: readonly EncryptedGroupSecrets[];
  declare readonly encryptedGroupInfo: Uint8Array;

  constructor(given: Pick<Welcome, "cipherSuite" | "secrets" | "encryptedGroupInfo">) {
    Object.assign(this, given);
  }

  /** Append the wire form. */
  write(writer: Writer): void {
    writer.uint16(this.cipherSuite).vector(this.secrets).opaque(this.encryptedGroupInfo);
  }

  /** Take the wire form. */
  static read(this: void, reader: Reader): Welcome {
    return new Welcome({
      cipherSuite: reader.uint16(),
      secrets: reader.vector(EncryptedGroupSecrets.read),
      encryptedGroupInfo: reader.opaque(),
    });
  }

  /** References of the key packages that can open it. */
  references(): readonly Uint8Array[] {
    return this.secrets.map((each) => each.newMember);
  }
}

/** Make the Welcome for newcomers, each with the path secret it is to have. */
export async function sealWelcome(
  suite: Suite,
  info: GroupInfo,
  newcomers: readonly (readonly [KeyPackage, Secret | null])[],
  { joiner, pskSecret }: { readonly joiner: Secret; readonly pskSecret: Secret },
): Promise<Welcome> {
  const [key, nonce] = keyAndNonce(suite, joiner, pskSecret);
  const encryptedGroupInfo = await suite.aeadSeal(key, nonce, EMPTY, encode(info));
  const seal = async ([newcomer, pathSecret]: readonly [KeyPackage, Secret | null]) => {
    const plain = encode(new GroupSecrets({ joinerSecret: joiner, pathSecret }));
    return new EncryptedGroupSecrets({
      newMember: newcomer.reference(),
      encrypted: await suite.sealWithLabel(newcomer.initKey, LABEL, encryptedGroupInfo, plain),
    });
  };
  const secrets = await Promise.all(newcomers.map(seal));
  return new Welcome({ cipherSuite: suite.id, secrets, encryptedGroupInfo });
}

/**
 * Open a newcomer's part of a Welcome.
 *
 * Throws NotForUs: it is for other key packages, or of another suite. BadTag: it was not
 * sealed to this key package's init key. Malformed: it holds something else.
 */
export async function openGroupSecrets(
  suite: Suite,
  welcome: Welcome,
  secrets: KeyPackageSecrets,
): Promise<GroupSecrets> {
  if (welcome.cipherSuite !== secrets.keyPackage.cipherSuite) {
    throw new NotForUs();
  }
  const reference = secrets.keyPackage.reference();
  const [ours, ...others] = welcome.secrets.filter((each) => equal(each.newMember, reference));
  if (ours === undefined || others.length > 0) {
    throw new NotForUs();
  }
  const context = welcome.encryptedGroupInfo;
  const plain = await suite.openWithLabel(secrets.initKey, LABEL, context, ours.encrypted);
  return decode(GroupSecrets.read, plain);
}

/**
 * Open the common part of a Welcome; nothing in it is verified yet.
 *
 * Throws BadTag: it was encrypted with another joiner secret. Malformed: it holds
 * something else.
 */
export async function openGroupInfo(
  suite: Suite,
  welcome: Welcome,
  { joiner, pskSecret }: { readonly joiner: Uint8Array; readonly pskSecret: Uint8Array },
): Promise<GroupInfo> {
  const [key, nonce] = keyAndNonce(suite, joiner, pskSecret);
  return decode(
    GroupInfo.read,
    await suite.aeadOpen(key, nonce, EMPTY, welcome.encryptedGroupInfo),
  );
}

function keyAndNonce(suite: Suite, joiner: Uint8Array, pskSecret: Uint8Array): [Secret, Secret] {
  const secret = welcomeSecret(suite, joiner, pskSecret);
  return [
    suite.expandWithLabel(secret, "key", EMPTY, suite.keyLength),
    suite.expandWithLabel(secret, "nonce", EMPTY, suite.nonceLength),
  ];
}

function readSecret(reader: Reader): Secret {
  return new Secret(reader.opaque());
}
