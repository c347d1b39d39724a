/** Making this browser a device: the first, one that comes back by its code, or one anew. */

import { putBack, type Recovered, settled, begin as beginUnder, certificatesIn } from "../core/backup.ts";
import { newIdentity } from "../core/identity.ts";
import { type ChannelId, type DeviceId, type ProfessionalId, newId } from "../core/ids.ts";
import type { KeyPair } from "../core/mls/suite.ts";
import { isActive } from "../core/policy.ts";
import { enrol, trust } from "../core/session/session.ts";
import type { Session } from "../core/session/state.ts";
import { type Step, circleOf, further, stepTo } from "../core/session/step.ts";
import type { HttpLine } from "./api.ts";
import type { Device } from "./device.ts";
import { fields, list } from "./forms.ts";
import { goneIn, isGone, noteGone } from "./gone.ts";
import { idOf } from "./items.ts";
import { ourOthers, register } from "./registering.ts";
import { BACKUP_LOCK } from "./keeper.ts";
import type { ShownCircle } from "./line.ts";
import { announce, backupValues, keepBackup, newBackup, openBackup, takeUp } from "./recovery.ts";
import { type Beginning, type Moment, NotPossible } from "./ronde.ts";
import type { Store } from "./store.ts";
import type { Taken } from "./turn.ts";

/** What setting up needs of the house. */
export type Site = {
  readonly line: HttpLine;
  readonly store: Store;
  readonly device: Device;
  readonly clock: () => Moment;
};

/** What a beginning led to: a code to show, and whether the server took the device. */
export type Settled = { readonly code: string | null; readonly registered: boolean };

/**
 * Make this browser a device of somebody's; kept before the server hears of it.
 *
 * Where it was cut short, it goes on with the device that was kept: the server may have
 * heard of it.
 */
export async function beginDevice(
  site: Site,
  professional: ProfessionalId,
  how: Beginning,
): Promise<Settled> {
  if (how.kind === "restore") return await restore(site, professional, how);
  await keepSession(site, professional);
  const registered = await registerNew(site, how);
  // The server takes a backup from a device that it knows, and from no other.
  return { code: registered ? await beginBackup(site) : null, registered };
}

/** Begin a backup under a new code, and give the code to be shown. */
export async function beginBackup({ line, store }: Pick<Site, "line" | "store">): Promise<string> {
  return await navigator.locks.request(BACKUP_LOCK, async () => {
    const { code, backup } = await newBackup();
    await announce(line, backup);
    await keepBackup(store, backup);
    return code;
  });
}

/** Back up under the code that was made on another device; throws NotPossible. */
export async function takeUpBackup(
  { line, store }: Pick<Site, "line" | "store">,
  typed: string,
): Promise<void> {
  await navigator.locks.request(BACKUP_LOCK, async () => {
    await keepBackup(store, await takeUp(line, typed));
  });
}

/** A first device with a key that is not the attested one was no first device: take it back. */
async function registerNew(site: Site, how: Beginning): Promise<boolean> {
  const registered = await register(site);
  if (!registered && how.kind === "new") throw new NotPossible("not_that_key");
  return registered;
}

async function keepSession(site: Site, professional: ProfessionalId): Promise<void> {
  const { turns } = site.device;
  if (turns.known !== null) return;
  const session = await newSession(site, professional, await newIdentity());
  await turns.begin({ session, effects: [] });
}

async function newSession({ clock }: Site, professional: ProfessionalId, identity: KeyPair): Promise<Session> {
  return await enrol(identity, professional, newId() as DeviceId, { now: clock() });
}

type Returning = Extract<Beginning, { kind: "restore" }>;

/**
 * Come back by the code: all circles with all of their past, or, where one chain is refused, nothing.
 *
 * Everything that can be refused is tried on a session that nobody has kept yet. It is then kept
 * in one write with the backup it goes on with: whoever is cut short after that has everything.
 */
async function restore(
  site: Site,
  professional: ProfessionalId,
  { code, replaces = false }: Returning,
): Promise<Settled> {
  const { device, store, line } = site;
  const { keys, recovered } = await openBackup(line, professional, code);
  const { identity } = recovered;
  if (identity === null) throw new NotPossible("no_backup");
  const shown = await device.line.circles();
  const back = async (session: Session): Promise<Taken> => {
    const step = await comeBack(session, shown, recovered);
    return { ...step, values: backupValues(settled(beginUnder(keys), step.session)) };
  };
  // Before our own certificate is made: it is none of those that are gone.
  const before = site.clock();
  const made = device.turns.known === null ? await back(await newSession(site, professional, identity)) : null;
  if (replaces) await noteGone(store, { before });
  const kept = made !== null && (await device.turns.begin(made));
  const effects = kept ? made.effects : await device.turns.take(back);
  const registered = await register(site);
  if (replaces) await dropOthers(site);
  await device.carryOut(effects);
  return { code: null, registered };
}

/** Take in every chain, then the past of each channel; of circles we left, nothing. */
async function comeBack(
  enrolled: Session,
  shown: readonly ShownCircle[],
  recovered: Recovered,
): Promise<Step> {
  let step = stepTo(enrolled);
  for (const { id, chain } of shown) {
    step = await further(step, async (session) => await trust(session, id, chain));
  }
  for (const [channel, said] of recovered.channels) {
    if (!step.session.circles.has(said.circle)) continue;
    step = await further(step, async (session) => await putBack(session, said, channel));
  }
  return step;
}

/**
 * Come into a channel that this device is not in yet, if it is expected there.
 *
 * Who came back by the code, or begins a second device, is; a newcomer waits to be added,
 * and comes in unasked (`patience` is over) where nobody could do it: the roster says yes.
 * It takes the place of a device that the person said is gone, and of no other.
 */
export async function comeIn(
  { store, device }: Pick<Site, "store" | "device">,
  channel: ChannelId,
  patience: boolean,
): Promise<void> {
  const { session } = device.turns;
  const state = session.channels.get(channel);
  if (state?.phase !== "waiting" || state.pending !== null) return;
  const { roster } = circleOf(session, state.circle);
  if (!(await isActive(roster, session.device.certificate))) return;
  const ours = certificatesIn(await device.newestCommit(channel), session.device.professional);
  const others = ours.filter((one) => one.device !== session.device.id);
  if (patience && others.length === 0 && state.given.length === 0) return;
  const gone = await goneIn(store);
  await device.rejoin(channel, others.find((one) => isGone(gone, one))?.device ?? null);
}

/**
 * Take devices of ours out of a channel's group that the person said are gone.
 *
 * Whoever comes back takes the place of one of them; this is for the others.
 */
export async function removeLost(
  { store, device }: Pick<Site, "store" | "device">,
  channel: ChannelId,
): Promise<void> {
  const gone = await goneIn(store);
  const lost = ourOthers(device.turns.session, channel).filter((one) => isGone(gone, one));
  if (lost.length > 0) await device.changeMembers(channel, { removes: lost.map((one) => one.device) });
}

/** What this device takes the place of may speak with the server no more. */
async function dropOthers({ line, device }: Pick<Site, "line" | "device">): Promise<void> {
  const told = fields(await line.ask("GET", "/devices"));
  const others = list(told.devices).map((form) => idOf<DeviceId>(fields(form).id));
  for (const one of others.filter((each) => each !== device.turns.session.device.id)) {
    await line.ask("DELETE", `/devices/${one}`);
  }
}
