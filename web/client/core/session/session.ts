/**
 * A device's side of all its channels, without network, clock or disk: events in, effects out.
 *
 * Every function takes a `Session` and returns a `Step`: the session to persist, then the
 * effects to carry out. What throws has changed nothing. The shell owes the session four
 * things: one call at a time, each with the session that the last one led to; items of a
 * channel in the log's order (`receive`); the log's answer to each `Send` (`acknowledge`,
 * `refuse`); and the freshest membership chain it can get.
 */

import type { Moment } from "../canonical.ts";
import { BadEntry, MAX_BODY, MAX_TYPE } from "../entry.ts";
import { Device, IdentityChanged, Pins } from "../identity.ts";
import type { ChannelId, CircleId, DeviceId, EntryId, ProfessionalId } from "../ids.ts";
import { isId, newId } from "../ids.ts";
import type { Roster } from "../membership.ts";
import { append, extendsChain, verifyChain } from "../membership.ts";
import { nameOf, utf8 } from "../mls/codec.ts";
import type { KeyPair } from "../mls/suite.ts";
import { isActive, NotAllowed } from "../policy.ts";
import type { Statement } from "../statement.ts";
import type { Effect, EntryOpened, Shown } from "./effects.ts";
import { safetyWarning } from "./effects.ts";
import type { Card, Item } from "./log.ts";
import { Outgoing, Wanted } from "./outgoing.ts";
import { lookThrough } from "./read.ts";
import { receiveItems } from "./receive.ts";
import { advance, resend } from "./send.ts";
import { CircleState, Session } from "./state.ts";
import type { Step } from "./step.ts";
import { channelOf, circleOf, further, joined, NotInChannel, stepTo } from "./step.ts";

export { acknowledge, refuse } from "./send.ts";

/** The chain we are shown does not continue the one we know: somebody hides or rewrites it. */
export class ChainRolledBack extends Error {}

type At = { readonly now: Moment };

/** Make a device's keys, certified by the professional's identity key. */
export async function enrol(
  identity: KeyPair,
  professional: ProfessionalId,
  device: DeviceId,
  { now }: At,
): Promise<Session> {
  const made = await Device.enrol(identity, professional, device, { now });
  const pins = new Pins().see(professional, identity.public);
  return new Session({ device: made, identity, pins });
}

/**
 * Verify a circle's membership chain and go on from it; `founder` is a known identity key.
 *
 * Where a member has claimed to see more than even a fresh chain shows, either the
 * server hides it or the member lies. Nothing is posted until it shows or the member is
 * dismissed, and people are told whose word it is.
 *
 * @throws BadChain It does not verify.
 * @throws ChainRolledBack It is shorter than, or other than, the one we know.
 * @throws IdentityChanged Its founder is pinned under another identity key.
 */
export async function trust(
  session: Session,
  circle: CircleId,
  chain: readonly Uint8Array[],
  { founder = null }: { readonly founder?: Uint8Array | null } = {},
): Promise<Step> {
  const known = session.circles.get(circle);
  const roster = await followed(known, circle, chain, founder);
  const news = roster.statements.slice(known?.chain.length ?? 0);
  const [genesis] = known === undefined ? news : [];
  const pins =
    genesis === undefined
      ? session.pins
      : session.pins.see(genesis.professional, genesis.identityKey);
  const checks = (known?.checks ?? 0) + 1;
  const claims = known?.claims ?? new Map<ProfessionalId, number>();
  const state = new CircleState({ chain: [...chain], roster, checks, claims });
  const unmet = news.length === 0 ? state.longerClaims : [];
  const warnings = unmet.map((professional) =>
    safetyWarning("roster_forked", { professional, detail: "not_shown" }),
  );
  const step = announce(session.with({ pins }).keepCircle(circle, state), circle, news);
  return stepTo(step.session, ...step.effects, ...warnings);
}

/** Pin a changed identity key, because two people compared their safety number. */
export function acceptIdentity(
  session: Session,
  professional: ProfessionalId,
  identityKey: Uint8Array,
): Session {
  return session.with({ pins: session.pins.accept(professional, identityKey) });
}

/**
 * Take in items of a channel's log, judged by the circle's chain (null: the one we hold).
 *
 * @throws UnknownChannel `watch` or `openChannel` comes first.
 * @throws BadChain The chain does not verify, and nothing is taken in.
 * @throws ChainRolledBack The chain hides what we have seen before.
 */
export async function receive(
  session: Session,
  channel: ChannelId,
  items: readonly Item[],
  { now, chain = null }: At & { readonly chain?: readonly Uint8Array[] | null },
): Promise<Step> {
  const { circle } = channelOf(session, channel);
  const step = chain === null ? stepTo(session) : await trust(session, circle, chain);
  return further(step, (then) => receiveItems(then, channel, items, { now }));
}

/** What somebody wants to say: a body of some type, in a thread perhaps, with a card perhaps. */
export type Said = {
  readonly type: string;
  readonly body: Uint8Array;
  readonly thread?: EntryId | null;
  readonly card?: Card | null;
  readonly entry?: EntryId | null;
};

/**
 * Put an entry into the outbox, and send it if nothing goes before it.
 *
 * @throws NotInChannel We were removed, or never joined.
 * @throws BadEntry The body is too large, the type too long, or an id is none.
 */
export async function compose(
  session: Session,
  channel: ChannelId,
  { type, body, thread = null, card = null, entry = null, now }: Said & At,
): Promise<Step> {
  const state = joined(session, channel);
  const named = [thread, entry].every((id) => id === null || isId(id));
  const length = type.isWellFormed() ? utf8(type).length : 0;
  if (!named || body.length > MAX_BODY || length === 0 || length > MAX_TYPE) {
    // What cannot be sealed later must not wait in front of what can.
    throw new BadEntry("malformed");
  }
  const id = entry ?? (newId() as EntryId);
  const outgoing = new Outgoing({ id, kind: "entry", body, type, thread, card });
  const waiting = state.with({ outbox: [...state.outbox, outgoing] });
  return advance(session.keep(waiting), channel, { now });
}

/**
 * Ask for devices to be added (by encoded key packages) and removed, in one commit.
 *
 * The wish is kept through lost races until the group looks like it (R5).
 *
 * @throws NotInChannel We were removed, or never joined.
 * @throws NotAllowed A key package is not of an active member's certified device, or the
 * device to remove is this one (R4).
 * @throws BadCertificate A key package holds no certificate.
 */
export async function changeMembers(
  session: Session,
  channel: ChannelId,
  given: At & { readonly adds?: readonly Uint8Array[]; readonly removes?: readonly DeviceId[] },
): Promise<Step> {
  const { adds = [], removes = [], now } = given;
  const state = joined(session, channel);
  const { roster } = circleOf(session, state.circle);
  for (const each of adds) {
    await checkAddition(roster, each, now);
  }
  if (removes.includes(session.device.id)) {
    throw new NotAllowed("removal");
  }
  const before = state.wanted;
  const packages = [...before.adds, ...adds].map((each) => [nameOf(each), each] as const);
  const wanted = new Wanted({
    adds: [...new Map(packages).values()],
    removes: [...new Set([...before.removes, ...removes])],
    rotate: before.rotate,
  });
  return advance(session.keep(state.with({ wanted })), channel, { now });
}

/**
 * Renew this device's keys in a channel by a commit without other change: R13.
 *
 * @throws NotInChannel We were removed, or never joined.
 */
export async function rotate(session: Session, channel: ChannelId, { now }: At): Promise<Step> {
  const state = joined(session, channel);
  const wanted = new Wanted({ ...state.wanted, rotate: true });
  return advance(session.keep(state.with({ wanted })), channel, { now });
}

/**
 * Give a member's device the past that the policy grants it, because it asks again: R9.
 *
 * @throws NotInChannel We are not in the channel, or the recipient is not.
 */
export async function shareHistory(
  session: Session,
  channel: ChannelId,
  recipient: DeviceId,
  { now }: At,
): Promise<Step> {
  const state = joined(session, channel);
  const { roster } = circleOf(session, state.circle);
  const found = state.members.find((tenure) => tenure.certificate.device === recipient);
  if (found === undefined) {
    throw new NotInChannel();
  }
  const { give } = await import("./changing.ts");
  const giving = await give(session, state, found.certificate, { roster });
  return advance(session.keep(giving), channel, { now });
}

/** Return what to do after a start or a reconnect; asking twice is harmless. */
export function resume(session: Session): readonly Effect[] {
  return resend(session);
}

/**
 * Tell what stands at each entry's place among items already received.
 *
 * Opened, without a key so far, or refused for a fault that a reader should be told of.
 * Places in authors' chains were judged when the items came; an entry that the log
 * repeats is shown where it stood first.
 *
 * @throws UnknownChannel `watch` or `openChannel` comes first.
 */
export async function show(
  session: Session,
  channel: ChannelId,
  items: readonly Item[],
): Promise<readonly Shown[]> {
  return lookThrough(channelOf(session, channel), items);
}

/**
 * Open what can be opened among items already received, and pass over the rest.
 *
 * @throws UnknownChannel `watch` or `openChannel` comes first.
 */
export async function read(
  session: Session,
  channel: ChannelId,
  items: readonly Item[],
): Promise<readonly EntryOpened[]> {
  const shown = await show(session, channel, items);
  return shown.filter((one) => one.kind === "entry_opened");
}

async function followed(
  known: CircleState | undefined,
  circle: CircleId,
  chain: readonly Uint8Array[],
  founder: Uint8Array | null,
): Promise<Roster> {
  if (known === undefined) {
    return verifyChain(chain, circle, founder);
  }
  if (!extendsChain(known.chain, chain)) {
    throw new ChainRolledBack();
  }
  let { roster } = known;
  for (const encoded of chain.slice(known.chain.length)) {
    roster = await append(roster, encoded);
  }
  return roster;
}

function announce(session: Session, circle: CircleId, news: readonly Statement[]): Step {
  const effects: Effect[] = [];
  let { pins } = session;
  for (const { professional, identityKey } of news) {
    try {
      pins = pins.see(professional, identityKey);
    } catch (error) {
      if (!(error instanceof IdentityChanged)) {
        throw error;
      }
      effects.push(safetyWarning("identity_changed", { professional }));
    }
  }
  const changed: Effect = { kind: "roster_changed", circle, statements: news };
  return stepTo(session.with({ pins }), ...(news.length > 0 ? [changed] : []), ...effects);
}

async function checkAddition(roster: Roster, encoded: Uint8Array, now: Moment): Promise<void> {
  const { certificateIn } = await import("./changing.ts");
  const certificate = certificateIn(encoded);
  if (!(await isActive(roster, certificate)) || certificate.notAfter < now) {
    throw new NotAllowed("ghost");
  }
}
