/**
 * Which devices of ours are gone: what the person has said of them, here, and nothing else.
 *
 * A server that leaves a device out of a list must not make us take it out of the group, nor
 * put ourselves in its place (R2, R10). What is meant by « all that I had » is told by their
 * certificates, which our own identity key signed.
 */

import { CERTIFICATE_LIFETIME, type DeviceCertificate } from "../core/identity.ts";
import type { DeviceId } from "../core/ids.ts";
import type { Moment } from "./ronde.ts";
import type { Store } from "./store.ts";
import { NAMES, decodeValue, encodeValue } from "./values.ts";

/** Devices that were named, and the moment before which all were made that are no more. */
export type Gone = { readonly devices: readonly DeviceId[]; readonly before: Moment | null };

const NOTHING: Gone = { devices: [], before: null };

/** Read which devices the person said are gone. */
export async function goneIn(store: Store): Promise<Gone> {
  const data = await store.value(NAMES.gone);
  return data === null ? NOTHING : decodeValue<Gone>(data);
}

/** Keep what the person says: on the disk when this returns. */
export async function noteGone(store: Store, said: Partial<Gone>): Promise<void> {
  const known = await goneIn(store);
  const devices = [...new Set([...known.devices, ...(said.devices ?? [])])];
  const gone: Gone = { devices, before: said.before ?? known.before };
  await store.keep(new Map([[NAMES.gone, encodeValue(gone)]]));
}

/** Tell whether the person said of a device of theirs that it is gone. */
export function isGone({ devices, before }: Gone, certificate: DeviceCertificate): boolean {
  const made = certificate.notAfter - CERTIFICATE_LIFETIME;
  return devices.includes(certificate.device) || (before !== null && made < before);
}
