/** Telling the server that this browser is a device of whoever is signed in. */

import type { DeviceCertificate } from "../core/identity.ts";
import type { ChannelId } from "../core/ids.ts";
import { encode } from "../core/mls/codec.ts";
import type { Session } from "../core/session/state.ts";
import type { HttpLine } from "./api.ts";
import type { Device } from "./device.ts";
import { base64Of } from "./forms.ts";
import { Refused } from "./ronde.ts";

/** List our other devices in a channel's group, by certificate; none where we are not in it. */
export function ourOthers({ channels, device }: Session, channel: ChannelId): DeviceCertificate[] {
  const state = channels.get(channel);
  if (state?.phase !== "member") return [];
  const there = state.tenures.filter(({ last }) => last === null).map((one) => one.certificate);
  return there.filter((one) => one.professional === device.professional && one.device !== device.id);
}

/** What it takes to tell the server of a device. */
type Site = { readonly line: HttpLine; readonly device: Device };

/**
 * Tell the server of the device: this session speaks for it from then on; safe to repeat.
 *
 * False: another identity key is attested for us, and a coordinator has to attest this one.
 */
export async function register({ line, device }: Site): Promise<boolean> {
  const { session } = device.turns;
  const identity = session.pins.keys.get(session.device.professional);
  const form = {
    certificate: base64Of(encode(session.device.certificate)),
    identity_key: base64Of(session.identity?.public ?? identity ?? new Uint8Array()),
  };
  try {
    await line.ask("POST", "/devices", form);
    return true;
  } catch (error) {
    if (error instanceof Refused && error.code === "key_not_attested") return false;
    throw error;
  }
}
