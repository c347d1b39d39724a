/**
 * Digits that two people compare to know that nobody stands between them: R3.
 *
 * A safety number belongs to a pair of professionals and changes only with an identity
 * key; a circle code belongs to an epoch and changes with every commit.
 */

import { writeText } from "./canonical.ts";
import type { ProfessionalId } from "./ids.ts";
import { concat, nameOf, utf8, Writer } from "./mls/codec.ts";
import { unshared } from "./mls/keys.ts";
import { SUITE_1 } from "./mls/suite.ts";

// Making a key whose 30 digits look right costs an attacker this many hashes for each try:
// the figure that other messengers settled on for the same purpose.
const ROUNDS = 5200;
const HALF = 30;
const GROUP = 5;
const MODULUS = 100_000;

/** Whose key it is, and the key. */
type Known = readonly [ProfessionalId, Uint8Array];

/**
 * Return the 60 digits of two professionals, each given as [id, identity key].
 *
 * Twelve groups of five, the same whoever computes them.
 */
export async function safetyNumber(one: Known, other: Known): Promise<string> {
  const [first, second] = await Promise.all([fingerprint(...one), fingerprint(...other)]);
  return digits(isBefore(first, second) ? concat(first, second) : concat(second, first));
}

/**
 * Return the 30 digits of an epoch, from its authenticator (RFC 9420, section 8.7).
 *
 * Six groups of five. Two members who see different groups see different codes.
 */
export function circleCode(authenticator: Uint8Array): string {
  const label = "ronde circle code v1";
  return digits(SUITE_1.expandWithLabel(authenticator, label, new Uint8Array(), HALF));
}

const known = new Map<string, Promise<Uint8Array>>();

// Thousands of rounds each, and one's own half stands in every number one compares.
function fingerprint(professional: ProfessionalId, identityKey: Uint8Array): Promise<Uint8Array> {
  const name = `${professional} ${nameOf(identityKey)}`;
  const half = known.get(name) ?? hashed(professional, identityKey);
  known.set(name, half);
  return half;
}

async function hashed(professional: ProfessionalId, identityKey: Uint8Array): Promise<Uint8Array> {
  const writer = new Writer().opaque(utf8("ronde safety number v1"));
  writeText(writer, professional);
  const start = writer.opaque(identityKey).bytes();
  let digest = await sha512(start);
  const round = concat(digest, start);
  for (let rounds = 1; rounds < ROUNDS; rounds++) {
    round.set(digest);
    digest = await sha512(round);
  }
  return digest.slice(0, HALF);
}

async function sha512(data: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-512", unshared(data)));
}

function isBefore(one: Uint8Array, other: Uint8Array): boolean {
  const at = one.findIndex((byte, index) => byte !== other[index]);
  return (one[at] ?? 0) < (other[at] ?? 0);
}

function digits(data: Uint8Array): string {
  const groups = Array.from({ length: data.length / GROUP }, (_, group) =>
    data.subarray(group * GROUP, (group + 1) * GROUP).reduce((sum, byte) => sum * 256 + byte, 0),
  );
  return groups.map((group) => String(group % MODULUS).padStart(GROUP, "0")).join(" ");
}
