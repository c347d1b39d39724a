/**
 * A delivery service in memory, and devices that talk to it: honest unless told otherwise.
 *
 * The twin of tests/support/relay.py. The relay orders items, lets one commit win each
 * epoch and repeats its answers, as the server does; it checks nothing else, so whatever a
 * client accepts from it, the client accepted. A `Client` is a session with the few lines
 * of shell it needs.
 */
import { decodeSession, encodeSession } from "../../../web/client/core/session/store.ts";
import { codeOf } from "../../../web/client/core/session/compare.ts";
import type { Effect, EntryOpened } from "../../../web/client/core/session/effects.ts";
import type { ChannelId, DeviceId } from "../../../web/client/core/ids.ts";
import { newId } from "../../../web/client/core/ids.ts";
import { equal } from "../../../web/client/core/mls/suite.ts";
import { openChannel, rejoin, watch } from "../../../web/client/core/session/join.ts";
import type { AppendRequest, Item } from "../../../web/client/core/session/log.ts";
import { publish } from "../../../web/client/core/session/packages.ts";
import * as sessions from "../../../web/client/core/session/session.ts";
import type { ChannelState } from "../../../web/client/core/session/state.ts";
import { Session } from "../../../web/client/core/session/state.ts";
import type { Step } from "../../../web/client/core/session/step.ts";
import { channelOf } from "../../../web/client/core/session/step.ts";
import type { Circle, Person } from "./session_people.ts";
import { NOW } from "./session_people.ts";

export type Tamper = (items: readonly Item[]) => readonly Item[];

/** The relay's no, by the problem's code. */
export class RelayRefused extends Error {}

/** One channel's log, and a shelf of key packages. */
export class Relay {
  readonly circle: Circle;
  readonly channel: ChannelId;
  readonly log: Item[];
  epoch: number;
  readonly shelf = new Map<DeviceId, Uint8Array[]>();
  /** What a malicious relay shows a device instead of the log. */
  readonly tampers = new Map<DeviceId, Tamper>();
  readonly chains = new Map<DeviceId, readonly Uint8Array[]>();

  constructor(circle: Circle, from: Pick<Relay, "channel" | "log" | "epoch"> | null = null) {
    this.circle = circle;
    this.channel = from?.channel ?? (newId() as ChannelId);
    this.log = [...(from?.log ?? [])];
    this.epoch = from?.epoch ?? 0;
  }

  append(sender: DeviceId, request: AppendRequest): number {
    const known = this.log.find((item) => item.sender === sender && item.id === request.id);
    if (known !== undefined) {
      const same = known.kind === request.kind && known.epoch === request.epoch;
      if (!same || !equal(known.body, request.body)) throw new RelayRefused("id_taken");
      return known.seq;
    }
    if (request.kind !== "create" && request.epoch !== this.epoch) {
      throw new RelayRefused("stale_epoch");
    }
    this.put(sender, request);
    if (request.kind === "commit") this.epoch += 1;
    return this.log.length;
  }

  /** Append whatever it is, without a question. */
  put(sender: DeviceId, request: AppendRequest): Item {
    const seq = this.log.length + 1;
    const item = { ...request, seq, sender, at: NOW + 1000 * seq };
    this.log.push(item);
    return item;
  }

  read(reader: DeviceId, after = 0): readonly Item[] {
    const tamper = this.tampers.get(reader) ?? ((items) => items);
    return tamper([...this.log]).filter((item) => item.seq > after);
  }

  chain(reader: DeviceId): readonly Uint8Array[] {
    return this.chains.get(reader) ?? this.circle.chain;
  }

  get newest(): Item {
    const found = this.log.findLast((item) => item.kind === "create" || item.kind === "commit");
    if (found === undefined) throw new Error("nobody began the channel");
    return found;
  }

  get last(): Item {
    const item = this.log.at(-1);
    if (item === undefined) throw new Error("an empty log");
    return item;
  }
}

/** The device stops here. */
export class Crash extends Error {}

/** A device at the relay; `disk` holds the last persisted bytes, `crash` comes back to them. */
export class Client {
  readonly person: Person;
  relay: Relay;
  session: Session;
  events: Effect[] = [];
  fuse: number | null = null;
  /** This device's clock. */
  now = NOW;
  disk: Uint8Array;

  private constructor(who: Person, relay: Relay, session: Session) {
    this.person = who;
    this.relay = relay;
    this.session = session;
    this.disk = encodeSession(session);
  }

  static async create(who: Person, relay: Relay): Promise<Client> {
    const fresh = new Session({ device: who.device, identity: who.identity });
    const { session, packages } = await publish(fresh, 3, { now: NOW });
    relay.shelf.set(who.device.id, [...packages]);
    return new Client(who, relay, session);
  }

  get id(): DeviceId {
    return this.person.device.id;
  }

  get state(): ChannelState {
    return channelOf(this.session, this.relay.channel);
  }

  // What a person does.

  async open(): Promise<void> {
    await this.learn();
    const { channel, circle } = this.relay;
    await this.do(await openChannel(this.session, channel, circle.id, { now: this.now }));
  }

  async watch(): Promise<void> {
    await this.learn();
    this.keep(watch(this.session, this.relay.channel, this.relay.circle.id));
    await this.sync();
  }

  async say(text: string): Promise<void> {
    await this.do(await this.saying(text));
  }

  saying(text: string): Promise<Step> {
    const body = new TextEncoder().encode(text);
    const said = { type: "message", body, now: this.now };
    return sessions.compose(this.session, this.relay.channel, said);
  }

  async add(...others: readonly Client[]): Promise<void> {
    await this.do(await this.adding(...others));
  }

  async adding(...others: readonly Client[]): Promise<Step> {
    await this.learn();
    const adds = others.flatMap((other) => this.relay.shelf.get(other.id)?.splice(0, 1) ?? []);
    return sessions.changeMembers(this.session, this.relay.channel, { adds, now: this.now });
  }

  async remove(...others: readonly Client[]): Promise<void> {
    await this.learn();
    const removes = others.map((other) => other.id);
    const given = { removes, now: this.now };
    await this.do(await sessions.changeMembers(this.session, this.relay.channel, given));
  }

  async rotate(): Promise<void> {
    await this.do(await sessions.rotate(this.session, this.relay.channel, { now: this.now }));
  }

  async rejoin(): Promise<void> {
    const { channel, newest } = this.relay;
    await this.do(await rejoin(this.session, channel, newest, { now: this.now }));
  }

  // What its shell does.

  async learn(): Promise<void> {
    const chain = this.relay.chain(this.id);
    const step = await sessions.trust(this.session, this.relay.circle.id, chain);
    this.events.push(...step.effects);
    this.keep(step.session);
  }

  async sync(): Promise<void> {
    await this.receive(this.relay.read(this.id, this.state.cursor));
  }

  /** Take in what is pushed; the chain is fetched only when the session asks for it. */
  async receive(items: readonly Item[]): Promise<void> {
    await this.do(await sessions.receive(this.session, this.relay.channel, items, { now: this.now }));
  }

  async resume(): Promise<void> {
    await this.learn();
    for (const effect of sessions.resume(this.session)) await this.perform(effect);
  }

  /** Come back from what was persisted; whatever was only in memory is gone. */
  async crash(): Promise<void> {
    this.session = await decodeSession(this.disk);
    this.fuse = null;
  }

  keep(session: Session): void {
    this.session = session;
    this.burn();
    this.disk = encodeSession(session);
    this.burn();
  }

  /** Crash at the n-th moment where a crash would matter. */
  burn(): void {
    if (this.fuse === null) return;
    if (this.fuse === 0) throw new Crash();
    this.fuse -= 1;
  }

  async do(step: Step): Promise<void> {
    this.keep(step.session);
    for (const effect of step.effects) await this.perform(effect);
  }

  async perform(effect: Effect): Promise<void> {
    switch (effect.kind) {
      case "send":
        return this.send(effect.request);
      case "catch_up":
        return this.sync();
      case "read_again":
        return this.receive(
          this.relay.read(this.id).filter((item) => effect.seqs.includes(item.seq)),
        );
      case "fetch_chain":
        return this.learn();
      default:
        this.events.push(effect);
    }
  }

  async send(request: AppendRequest): Promise<void> {
    const answer = this.#ask(request);
    this.burn();
    const step =
      typeof answer === "string"
        ? await sessions.refuse(this.session, request, answer, { now: this.now })
        : await sessions.acknowledge(this.session, request, answer, { now: this.now });
    await this.do(step);
  }

  #ask(request: AppendRequest): number | string {
    try {
      return this.relay.append(this.id, request);
    } catch (error) {
      if (error instanceof RelayRefused) return error.message;
      throw error;
    }
  }

  // What a test asks.

  /** The texts shown, in the order of their places in the log. */
  get heard(): readonly string[] {
    const shown = this.events.filter((event) => event.kind === "entry_opened");
    return texts(shown.toSorted((one, other) => one.seq - other.seq));
  }

  /** The texts that can be read now, as after a restart that showed nothing yet. */
  async read(): Promise<readonly string[]> {
    const items = this.relay.read(this.id);
    return texts(await sessions.read(this.session, this.relay.channel, items));
  }

  get warnings(): readonly string[] {
    const warned = this.events.filter((event) => event.kind === "safety_warning");
    return warned.map((event) => event.concern);
  }

  /** The events of one kind. */
  of<K extends Effect["kind"]>(kind: K): readonly Extract<Effect, { kind: K }>[] {
    type Wanted = Extract<Effect, { kind: K }>;
    return this.events.filter((event): event is Wanted => event.kind === kind);
  }

  get code(): string {
    return codeOf(this.session, this.relay.channel);
  }

  get epoch(): number {
    return this.state.epoch;
  }
}

function texts(entries: readonly EntryOpened[]): readonly string[] {
  return entries.map((each) => new TextDecoder().decode(each.opened.entry.body));
}

/** What a step asks the log for. */
export function sends(step: Step): readonly AppendRequest[] {
  return step.effects.flatMap((effect) => (effect.kind === "send" ? [effect.request] : []));
}

/** The only thing that a step asks the log for. */
export function request(step: Step): AppendRequest {
  const [asked] = sends(step);
  if (asked === undefined) throw new Error("the step asks for nothing");
  return asked;
}

/** Let everybody catch up and finish what they have to do, until nothing moves. */
export async function settle(...clients: readonly Client[]): Promise<void> {
  for (let round = 0; round < 6; round++) {
    for (const client of clients) await client.resume();
  }
}
