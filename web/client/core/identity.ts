/**
 * Who stands behind a leaf: R1 of the protocol.
 *
 * A professional has one identity key; each device has a leaf signature key and a
 * long-lived HPKE key, both named in a certificate that the identity key signs. The
 * certificate travels inside the leaf's basic credential (RFC 9420, section 5.3), so
 * every member checks it without asking the server.
 */

import type { Moment } from "./canonical.ts";
import {
  decodeOr,
  isSignedBy,
  KEY_LENGTH,
  readId,
  readMoment,
  readSuite,
  SIGNATURE_LENGTH,
  writeMoment,
  writeText,
} from "./canonical.ts";
import type { DeviceId, ProfessionalId } from "./ids.ts";
import type { Reader } from "./mls/codec.ts";
import { decode, encode, nameOf, utf8, Writer } from "./mls/codec.ts";
import type { KeyPair } from "./mls/suite.ts";
import { equal, Secret, SUITE_1 } from "./mls/suite.ts";

const DEVICE_LABEL = "ronde device v1";
const ATTESTATION_LABEL = "ronde attestation v1";
/** Assumed: certified anew once a year; key packages are replaced every 90 days anyway. */
export const CERTIFICATE_LIFETIME = 366 * 86_400_000;
const UNSIGNED = new Uint8Array(SIGNATURE_LENGTH);
const KNOWN_SIGNATURES = 4096;

/** Why a device certificate is refused. */
export type CertificateFault = "malformed" | "forged" | "expired" | "mismatched";

/** A device cannot show that its professional vouches for it. */
export class BadCertificate extends Error {
  readonly fault: CertificateFault;

  constructor(fault: CertificateFault) {
    super(fault);
    this.fault = fault;
  }
}

/** No coordinator of ours signed this attestation as it stands. */
export class BadAttestation extends Error {}

/** A professional shows another identity key than the one we pinned. */
export class IdentityChanged extends Error {
  readonly professional: ProfessionalId;

  constructor(professional: ProfessionalId) {
    super("a pinned identity key changed");
    this.professional = professional;
  }
}

type CertificateFields = Pick<
  DeviceCertificate,
  "professional" | "device" | "signatureKey" | "hpkeKey" | "notAfter" | "signature"
>;

/**
 * An identity key's word that a device is one of its professional's own.
 *
 * Keys are raw and 32 bytes long (Ed25519 and X25519 in suite 1).
 */
export class DeviceCertificate {
  readonly suite = SUITE_1.id;
  declare readonly professional: ProfessionalId;
  declare readonly device: DeviceId;
  declare readonly signatureKey: Uint8Array;
  declare readonly hpkeKey: Uint8Array;
  declare readonly notAfter: Moment;
  declare readonly signature: Uint8Array;

  constructor(given: CertificateFields) {
    Object.assign(this, given);
  }

  /** Append the wire form: what is signed, then the signature. */
  write(writer: Writer): void {
    writer.raw(this.content()).opaque(this.signature);
  }

  /** Take the wire form; says nothing about the signature. */
  static read(this: void, reader: Reader): DeviceCertificate {
    readSuite(reader, SUITE_1.id);
    return new DeviceCertificate({
      professional: readId(reader),
      device: readId(reader),
      signatureKey: reader.fixed(KEY_LENGTH),
      hpkeKey: reader.fixed(KEY_LENGTH),
      notAfter: readMoment(reader),
      signature: reader.fixed(SIGNATURE_LENGTH),
    });
  }

  /** Return the bytes that the identity key signs. */
  content(): Uint8Array {
    const writer = new Writer().uint16(this.suite);
    writeText(writer, this.professional);
    writeText(writer, this.device);
    writer.opaque(this.signatureKey).opaque(this.hpkeKey);
    writeMoment(writer, this.notAfter);
    return writer.bytes();
  }

  /**
   * Accept the certificate as the identity key's own, still valid at `now`.
   *
   * Throws BadCertificate: another key signed it, or it is over.
   */
  async verify(identityKey: Uint8Array, now: Moment): Promise<void> {
    if (!(await isSigned(identityKey, DEVICE_LABEL, this))) throw new BadCertificate("forged");
    if (now > this.notAfter) throw new BadCertificate("expired");
  }
}

/** One MLS client of a professional, with its private keys and its certificate. */
export class Device {
  readonly certificate: DeviceCertificate;
  readonly signatureKey: KeyPair;
  readonly hpkeKey: KeyPair;

  constructor(given: Pick<Device, "certificate" | "signatureKey" | "hpkeKey">) {
    this.certificate = given.certificate;
    this.signatureKey = given.signatureKey;
    this.hpkeKey = given.hpkeKey;
  }

  /** Make a device's keys and have the identity key certify them for a year. */
  static async enrol(
    identity: KeyPair,
    professional: ProfessionalId,
    device: DeviceId,
    { now }: { now: Moment },
  ): Promise<Device> {
    const signatureKey = await SUITE_1.generateSignatureKey();
    const hpkeKey = await SUITE_1.generateKeyPair();
    const certificate = await certify(identity, professional, device, {
      signatureKey: signatureKey.public,
      hpkeKey: hpkeKey.public,
      notAfter: now + CERTIFICATE_LIFETIME,
    });
    return new Device({ certificate, signatureKey, hpkeKey });
  }

  /** Id of the device. */
  get id(): DeviceId {
    return this.certificate.device;
  }

  /** Id of the professional whose device it is. */
  get professional(): ProfessionalId {
    return this.certificate.professional;
  }

  /** Sign with the leaf key under a label: 64 bytes. */
  sign(label: string, content: Uint8Array): Promise<Uint8Array> {
    return SUITE_1.signWithLabel(this.signatureKey.private, label, content);
  }

  /** Append the device, private keys included, for its own sealed store. */
  write(writer: Writer): void {
    writer.put(this.certificate);
    writer.opaque(this.signatureKey.private).opaque(this.hpkeKey.private);
  }

  /** Take a device from its own sealed store. */
  static read(this: void, reader: Reader): Device {
    const certificate = DeviceCertificate.read(reader);
    const [signing, opening] = [reader.fixed(KEY_LENGTH), reader.fixed(KEY_LENGTH)];
    return new Device({
      certificate,
      signatureKey: { private: new Secret(signing), public: certificate.signatureKey },
      hpkeKey: { private: new Secret(opening), public: certificate.hpkeKey },
    });
  }
}

type AttestationFields = Pick<
  Attestation,
  "professional" | "identityKey" | "at" | "coordinator" | "signature"
>;

/** A coordinator's word, given face to face, that an identity key is a professional's. */
export class Attestation {
  declare readonly professional: ProfessionalId;
  declare readonly identityKey: Uint8Array;
  declare readonly at: Moment;
  declare readonly coordinator: ProfessionalId;
  declare readonly signature: Uint8Array;

  constructor(given: AttestationFields) {
    Object.assign(this, given);
  }

  /** Append the wire form. */
  write(writer: Writer): void {
    writer.raw(this.content());
    writeText(writer, this.coordinator);
    writer.opaque(this.signature);
  }

  /** Take the wire form; says nothing about the signature. */
  static read(this: void, reader: Reader): Attestation {
    return new Attestation({
      professional: readId(reader),
      identityKey: reader.fixed(KEY_LENGTH),
      at: readMoment(reader),
      coordinator: readId(reader),
      signature: reader.fixed(SIGNATURE_LENGTH),
    });
  }

  /** Return the bytes that the coordinator's identity key signs. */
  content(): Uint8Array {
    const writer = new Writer();
    writeText(writer, this.professional);
    writer.opaque(this.identityKey);
    writeMoment(writer, this.at);
    return writer.bytes();
  }

  /**
   * Accept the attestation as signed by that coordinator's identity key.
   *
   * Throws BadAttestation: another key signed it, or it says something else.
   */
  async verify(coordinatorKey: Uint8Array): Promise<void> {
    if (!(await isSigned(coordinatorKey, ATTESTATION_LABEL, this))) throw new BadAttestation();
  }
}

/** The identity keys we have seen: the first sight of a professional counts. */
export class Pins {
  readonly keys: ReadonlyMap<ProfessionalId, Uint8Array>;

  constructor(keys: ReadonlyMap<ProfessionalId, Uint8Array> = new Map()) {
    this.keys = keys;
  }

  /**
   * Pin a key at first sight; let a known one pass.
   *
   * Throws IdentityChanged: another key is pinned; only `accept` changes it.
   */
  see(professional: ProfessionalId, identityKey: Uint8Array): Pins {
    const known = this.keys.get(professional);
    if (known === undefined) return this.accept(professional, identityKey);
    if (!equal(known, identityKey)) throw new IdentityChanged(professional);
    return this;
  }

  /** Pin a key whatever was pinned before, because a person said so. */
  accept(professional: ProfessionalId, identityKey: Uint8Array): Pins {
    return new Pins(new Map(this.keys).set(professional, identityKey));
  }
}

/** Make a professional's identity key: Ed25519, 32 and 32 bytes. */
export function newIdentity(): Promise<KeyPair> {
  return SUITE_1.generateSignatureKey();
}

/** Sign the certificate of a device whose two public keys are given. */
export async function certify(
  identity: KeyPair,
  professional: ProfessionalId,
  device: DeviceId,
  keys: Pick<DeviceCertificate, "signatureKey" | "hpkeKey" | "notAfter">,
): Promise<DeviceCertificate> {
  const fields = { professional, device, ...keys };
  const content = new DeviceCertificate({ ...fields, signature: UNSIGNED }).content();
  const signature = await SUITE_1.signWithLabel(identity.private, DEVICE_LABEL, content);
  return new DeviceCertificate({ ...fields, signature });
}

/** Sign that a professional's identity key was seen face to face. */
export async function attest(
  coordinator: ProfessionalId,
  coordinatorIdentity: KeyPair,
  seen: Pick<Attestation, "professional" | "identityKey" | "at">,
): Promise<Attestation> {
  const fields = { ...seen, coordinator };
  const content = new Attestation({ ...fields, signature: UNSIGNED }).content();
  const own = coordinatorIdentity.private;
  const signature = await SUITE_1.signWithLabel(own, ATTESTATION_LABEL, content);
  return new Attestation({ ...fields, signature });
}

/** Return the identity of a leaf's basic credential: (professional, device, certificate). */
export function credentialIdentity(certificate: DeviceCertificate): Uint8Array {
  const writer = new Writer();
  writeText(writer, certificate.professional);
  writeText(writer, certificate.device);
  return writer.opaque(encode(certificate)).bytes();
}

/**
 * Read the certificate out of a credential's identity; its signature is not checked.
 *
 * Throws BadCertificate: there is none, or it names another professional or device.
 */
export function certificateOf(identity: Uint8Array): DeviceCertificate {
  const malformed = (): Error => new BadCertificate("malformed");
  const { professional, device, certificate } = decodeOr(malformed, readIdentity, identity);
  if (professional !== certificate.professional || device !== certificate.device) {
    throw new BadCertificate("mismatched");
  }
  return certificate;
}

function readIdentity(
  reader: Reader,
): Pick<DeviceCertificate, "professional" | "device"> & { certificate: DeviceCertificate } {
  return {
    professional: readId(reader),
    device: readId(reader),
    certificate: decode(DeviceCertificate.read, reader.opaque()),
  };
}

const verified = new Set<string>();

// Certificates come back with every commit and every entry; a refusal is never remembered.
async function isSigned(
  key: Uint8Array,
  label: string,
  signed: Pick<DeviceCertificate | Attestation, "content" | "signature">,
): Promise<boolean> {
  const [content, { signature }] = [signed.content(), signed];
  const asked = new Writer().opaque(key).opaque(utf8(label)).opaque(content).opaque(signature);
  const name = nameOf(SUITE_1.hash(asked.bytes()));
  if (!verified.has(name) && !(await isSignedBy(key, label, content, signature))) return false;
  verified.delete(name);
  verified.add(name);
  if (verified.size > KNOWN_SIGNATURES) {
    verified.delete(verified.values().next().value ?? name);
  }
  return true;
}
