/** A circle with a channel: Ana coordinates; the others come when a test calls them. */
import type { EntryId } from "../../../web/client/core/ids.ts";
import { newId } from "../../../web/client/core/ids.ts";
import type { AppendRequest, Item, Kind } from "../../../web/client/core/session/log.ts";
import * as sessions from "../../../web/client/core/session/session.ts";
import type { DeviceId } from "../../../web/client/core/ids.ts";
import type { HistoryGrant } from "../../../web/client/core/statement.ts";
import { Circle, NOW, person } from "./session_people.ts";
import { Client, Relay, settle } from "./session_relay.ts";
import type { Tamper } from "./session_relay.ts";

/** Ana's channel, and those who come into it. */
export class House {
  readonly circle: Circle;
  readonly relay: Relay;
  readonly ana: Client;

  private constructor(circle: Circle, relay: Relay, ana: Client) {
    this.circle = circle;
    this.relay = relay;
    this.ana = ana;
  }

  static async build(): Promise<House> {
    const circle = await Circle.found();
    const relay = new Relay(circle);
    const ana = await Client.create(circle.coordinator, relay);
    await ana.open();
    return new House(circle, relay, ana);
  }

  /** Somebody on the roster who watches the channel and is not in it. */
  async member(history?: HistoryGrant): Promise<Client> {
    const who = await person();
    await this.circle.add(who, history);
    const client = await Client.create(who, this.relay);
    await client.watch();
    return client;
  }

  /** Somebody whom Ana brought into the channel. */
  async joined(...present: readonly Client[]): Promise<Client> {
    const client = await this.member();
    await this.ana.add(client);
    await settle(this.ana, ...present, client);
    return client;
  }

  /** A second device of somebody. */
  async second(of: Client): Promise<Client> {
    const { identity, professional } = of.person;
    const id = newId() as DeviceId;
    const { device } = await sessions.enrol(identity, professional, id, { now: NOW });
    const client = await Client.create({ professional, identity, device }, this.relay);
    await client.watch();
    return client;
  }

  /** A request of a test's own making. */
  asked(kind: Kind, epoch: number, body: Uint8Array): AppendRequest {
    const id = newId() as EntryId;
    return { channel: this.relay.channel, id, kind, epoch, body, card: null };
  }
}

/** A log that leaves items out and closes the gaps. */
export function hiding(...hidden: readonly number[]): Tamper {
  return (items) =>
    items
      .filter((item) => !hidden.includes(item.seq))
      .map((item, place) => ({ ...item, seq: place + 1 }));
}

/** An item with one bit of its body otherwise. */
export function damaged(item: Item, at = item.body.length - 1, mask = 1): Item {
  const body = item.body.slice();
  body[at] = (body[at] ?? 0) ^ mask;
  return { ...item, body };
}

export const NOISE: Uint8Array = new TextEncoder().encode("noise");
