/** What coordinators do with their device: attest, open, admit, release. Twin of headless_people. */

import { type ChannelId, type ChildId, type CircleId, type DeviceId, type ProfessionalId, newId } from "../core/ids.ts";
import { Attestation, attest } from "../core/identity.ts";
import { COORDINATOR, admit, dismiss, found } from "../core/membership.ts";
import { decode, encode } from "../core/mls/codec.ts";
import { type KeyPair, equal } from "../core/mls/suite.ts";
import { strangers } from "../core/policy.ts";
import type { Effect } from "../core/session/effects.ts";
import type { Session } from "../core/session/state.ts";
import { circleOf } from "../core/session/step.ts";
import { HistoryGrant, type Statement } from "../core/statement.ts";
import type { HttpLine } from "./api.ts";
import type { Device } from "./device.ts";
import { base64Of, bytesOf, fields, list, text } from "./forms.ts";
import { type Coordination, type Moment, NotPossible, Refused } from "./ronde.ts";

type Form = Readonly<Record<string, unknown>>;

export class Coordinating implements Coordination {
  readonly #device: Device;
  readonly #line: HttpLine;
  readonly #clock: () => Moment;

  constructor(device: Device, line: HttpLine, clock: () => Moment) {
    this.#device = device;
    this.#line = line;
    this.#clock = clock;
  }

  async attest(professional: ProfessionalId, options: { seen?: string } = {}): Promise<void> {
    const seen = options.seen === undefined ? null : bytesOfHex(options.seen);
    const person = fields(await this.#line.ask("GET", `/professionals/${professional}`));
    const held = attestedBefore(person);
    const key = await this.#keyToAttest(professional, { seen, renewed: held !== null });
    const session = this.#device.turns.session;
    const said = { professional, identityKey: key, at: this.#clock() };
    const word = await attest(session.device.professional, this.#identity(), said);
    // Nobody gives up a key without naming it: another coordinator may have been quicker.
    const replaces = held === null || equal(held, key) ? {} : { replaces: base64Of(held) };
    const form = { statement: base64Of(encode(word)), ...replaces };
    await this.#line.ask("PUT", `/professionals/${professional}/attestation`, form);
  }

  async identityKey(professional: ProfessionalId): Promise<string> {
    const key = await this.#enrolledKey(professional);
    if (key === null) throw new NotPossible("no_identity_key");
    return hexOf(key);
  }

  async openCircle(child: ChildId): Promise<CircleId> {
    const circle = newId() as CircleId;
    const signer = this.#device.turns.session.device;
    const genesis = await found(circle, this.#identity().public, { signer, now: this.#clock() });
    const form = { circle, genesis: base64Of(genesis.encode()) };
    await this.#line.ask("POST", `/children/${child}/circle`, form);
    await this.#device.knowCircle(circle);
    return circle;
  }

  async openChannel(circle: CircleId): Promise<ChannelId> {
    return await this.#device.openChannel(circle);
  }

  async admit(
    circle: CircleId,
    professional: ProfessionalId,
    options: { history?: HistoryGrant; role?: string } = {},
  ): Promise<void> {
    await this.#device.knowCircle(circle);
    const person = fields(await this.#line.ask("GET", `/professionals/${professional}`));
    const role = roleOf(person);
    if (role !== (options.role ?? role)) throw new NotPossible("not_that_role");
    const session = this.#device.turns.session;
    const statement = await admit(circleOf(session, circle).roster, professional, {
      role,
      identityKey: await this.#attestedKey(professional, person),
      history: options.history ?? new HistoryGrant(),
      signer: session.device,
      now: this.#clock(),
    });
    await this.#say(circle, "admissions", statement);
  }

  async welcome(circle: CircleId, professional: ProfessionalId): Promise<void> {
    await this.#device.knowCircle(circle);
    if (await this.#holdsAnotherKey(circle, professional)) await this.release(circle, professional);
    const { roster } = circleOf(this.#device.turns.session, circle);
    if (!roster.active.has(professional)) await this.admit(circle, professional);
    for (const channel of this.#ours(circle)) await this.addMembers(channel, [professional]);
  }

  async release(circle: CircleId, professional: ProfessionalId): Promise<void> {
    await this.#device.knowCircle(circle);
    const session = this.#device.turns.session;
    const signing = { signer: session.device, now: this.#clock() };
    const { roster } = circleOf(session, circle);
    await this.#say(circle, "releases", await dismiss(roster, professional, signing));
    // Where we have no part ourselves, whoever writes next removes them (R13).
    for (const channel of this.#ours(circle)) await this.removeDevices(channel, []);
  }

  async addMembers(channel: ChannelId, professionals: readonly ProfessionalId[]): Promise<void> {
    await this.#device.catchUp(channel);
    const state = this.#device.turns.session.channels.get(channel);
    if (state?.phase !== "member") throw new NotPossible("not_in_channel");
    // Another coordinator may have let them in a moment ago.
    await this.#device.knowCircle(state.circle);
    const present = new Set(state.members.map(({ certificate }) => certificate.device));
    const wanted: string[] = [];
    for (const professional of professionals) {
      const devices = (await this.#devicesOf(professional)).map(({ id }) => text(id));
      wanted.push(...devices.filter((id) => !present.has(id as DeviceId)));
    }
    if (wanted.length === 0) return;
    const path = `/circles/${state.circle}/key_packages/claim`;
    const claimed = fields(await this.#line.ask("POST", path, { devices: wanted }));
    const adds = list(claimed.packages).map((form) => bytesOf(fields(form).package));
    insist(await this.#device.changeMembers(channel, { adds }));
  }

  /** Remove devices from a channel's group; those off the roster go without being named. */
  async removeDevices(channel: ChannelId, devices: readonly DeviceId[]): Promise<void> {
    await this.#device.catchUp(channel);
    const { session } = this.#device.turns;
    const state = session.channels.get(channel);
    if (state?.phase !== "member") return;
    const present = new Set(state.members.map(({ certificate }) => certificate.device));
    const off = await strangers(circleOf(session, state.circle).roster, state.members);
    const gone = [...new Set([...devices.filter((one) => present.has(one)), ...off])];
    if (gone.length > 0) insist(await this.#device.changeMembers(channel, { removes: gone }));
  }

  /** Whoever lost everything sits there under a key that is attested no more. */
  async #holdsAnotherKey(circle: CircleId, professional: ProfessionalId): Promise<boolean> {
    const { roster } = circleOf(this.#device.turns.session, circle);
    const seat = roster.active.get(professional);
    if (seat === undefined) return false;
    const person = fields(await this.#line.ask("GET", `/professionals/${professional}`));
    return !equal(seat.identityKey, await this.#attestedKey(professional, person));
  }

  #ours(circle: CircleId): ChannelId[] {
    const channels = [...this.#device.turns.session.channels.values()];
    return channels
      .filter((state) => state.circle === circle && state.phase === "member")
      .map(({ id }) => id);
  }

  async #say(circle: CircleId, action: string, statement: Statement): Promise<void> {
    const form = { statement: base64Of(statement.encode()) };
    await this.#line.ask("POST", `/circles/${circle}/${action}`, form);
    await this.#device.trust(circle);
  }

  /** The key that was read out is signed even before a device of it is registered. */
  async #keyToAttest(
    professional: ProfessionalId,
    { seen, renewed }: { readonly seen: Uint8Array | null; readonly renewed: boolean },
  ): Promise<Uint8Array> {
    const shown = await this.#enrolledKey(professional);
    if (shown === null && seen === null) throw new NotPossible("no_identity_key");
    const key = seen ?? shown ?? new Uint8Array();
    if (shown !== null && !equal(shown, key) && !renewed) throw new NotPossible("not_that_key");
    return key;
  }

  async #enrolledKey(professional: ProfessionalId): Promise<Uint8Array | null> {
    const [first] = await this.#devicesOf(professional);
    return first === undefined ? null : bytesOf(first.identity_key);
  }

  async #devicesOf(professional: ProfessionalId): Promise<readonly Form[]> {
    const told = fields(await this.#line.ask("GET", `/professionals/${professional}/devices`));
    return list(told.devices).map(fields);
  }

  /** Give the attested key, believing the attesting coordinator's signature and not the server. */
  async #attestedKey(professional: ProfessionalId, person: Form): Promise<Uint8Array> {
    if (person.attestation === null || person.attestation === undefined) {
      throw new NotPossible("no_identity_key");
    }
    const statement = bytesOf(fields(person.attestation).statement);
    const attestation = decode(Attestation.read, statement);
    const { session } = this.#device.turns;
    const key = session.pins.keys.get(attestation.coordinator);
    if (key === undefined || isMemberOnly(session, attestation.coordinator)) {
      throw new NotPossible("no_identity_key");
    }
    await attestation.verify(key);
    if (attestation.professional !== professional) throw new NotPossible("not_that_key");
    return attestation.identityKey;
  }

  #identity(): KeyPair {
    const { identity } = this.#device.turns.session;
    if (identity === null) throw new NotPossible("no_identity_key");
    return identity;
  }
}

/** Tell whether the circles we verified know somebody, and never as a coordinator. */
function isMemberOnly({ circles }: Session, professional: ProfessionalId): boolean {
  const said = [...circles.values()].flatMap(({ roster }) => roster.statements);
  const theirs = said.filter((one) => one.professional === professional);
  return theirs.length > 0 && theirs.every(({ role }) => role !== COORDINATOR);
}

/** The word by which a membership statement names what the server says somebody is. */
function roleOf(person: Form): string {
  return person.role === COORDINATOR ? COORDINATOR : text(person.profession);
}

/** The key that a coordinator attested before; null for the first one. */
function attestedBefore(person: Form): Uint8Array | null {
  const held = person.attestation;
  return held === null || held === undefined ? null : bytesOf(fields(held).identity_key);
}

/** A change that the log refuses for good is a refusal to whoever asked for it. */
function insist(events: readonly Effect[]): void {
  for (const event of events) {
    if (event.kind === "commit_refused") throw new Refused({ status: 409, code: event.code });
  }
}

function hexOf(data: Uint8Array): string {
  return Array.from(data, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function bytesOfHex(typed: string): Uint8Array {
  const digits = typed.replace(/[\s\u00a0\u202f:-]/gu, "").toLowerCase();
  if (!/^(?:[0-9a-f]{2}){32}$/u.test(digits)) throw new NotPossible("not_that_key");
  return Uint8Array.from(digits.match(/../gu) ?? [], (pair) => Number.parseInt(pair, 16));
}
