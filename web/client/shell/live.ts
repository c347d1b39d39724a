/**
 * The live connection: told of news at once, appends without a round of HTTP.
 *
 * What is pushed is a hint. A gap, a reconnect or a doubt ends in the numbered log, which
 * is read over HTTP; so nothing here needs to be reliable, only quick.
 */

import type { ChannelId } from "../core/ids.ts";
import { isRemoval, refusal } from "./api.ts";
import { BadAnswer, fields, list, numberOf, text } from "./forms.ts";
import { Unreachable } from "./ronde.ts";
import { Socket, Unanswered } from "./socket.ts";

const MOST_WATCHED = 200;
const UNAUTHORIZED = 401;
const TOO_MANY = 429;
const CROWDED_MS = 20_000;

/** Who is told what comes. */
export type Listener = {
  readonly up: () => void;
  readonly down: () => void;
  readonly over: (removed: boolean) => void;
  readonly item: (form: unknown) => void;
  readonly mark: (form: unknown) => void;
  readonly presence: (form: unknown) => void;
  /** Something came that no server of ours would say. */
  readonly odd: () => void;
};

/** How far the watched channels have come, and who is there. */
export type Watched = {
  readonly heads: ReadonlyMap<ChannelId, number>;
  readonly present: ReadonlyMap<ChannelId, readonly string[]>;
};

export class Live {
  readonly #socket: Socket;

  constructor(listener: Listener) {
    this.#socket = new Socket({
      up: listener.up,
      down: listener.down,
      refused: (problem) => this.#refused(problem, listener),
      event: (name, argument) => heard(listener, name, argument),
      odd: listener.odd,
    });
  }

  get connected(): boolean {
    return this.#socket.connected;
  }

  connect(): void {
    this.#socket.connect();
  }

  disconnect(): void {
    this.#socket.disconnect();
  }

  /** Try now: the network or the window has just come back. */
  hurry(): void {
    this.#socket.hurry();
  }

  /** Be told of these channels from here on; throws Refused or Unreachable. */
  async watch(channels: readonly ChannelId[]): Promise<Watched> {
    const heads = new Map<ChannelId, number>();
    const present = new Map<ChannelId, readonly string[]>();
    for (let at = 0; at < channels.length; at += MOST_WATCHED) {
      const some = channels.slice(at, at + MOST_WATCHED);
      const told = await this.ask("watch", { channels: some });
      for (const [channel, head] of Object.entries(fields(told.heads))) {
        heads.set(channel as ChannelId, numberOf(head));
      }
      for (const [channel, who] of Object.entries(fields(told.present ?? {}))) {
        present.set(channel as ChannelId, list(who).map(text));
      }
    }
    return { heads, present };
  }

  /** Ask over the connection; throws Refused or Unreachable. */
  async ask(event: string, argument: unknown): Promise<Readonly<Record<string, unknown>>> {
    const told = fields(await this.#answered(event, argument));
    if (typeof told.code === "string" && typeof told.status === "number") {
      throw refusal(told, told.status);
    }
    return told;
  }

  async #answered(event: string, argument: unknown): Promise<unknown> {
    try {
      return await this.#socket.ask(event, argument);
    } catch (error) {
      if (error instanceof Unanswered) throw new Unreachable();
      throw error;
    }
  }

  #refused(problem: unknown, listener: Listener): void {
    const { status = TOO_MANY, code } = (problem ?? {}) as { status?: number; code?: unknown };
    if (status === UNAUTHORIZED) listener.over(isRemoval(code));
    if (status >= TOO_MANY) setTimeout(() => this.connect(), CROWDED_MS);
  }
}

/** Pass on what is pushed; what cannot be read is no news, and is asked for over HTTP. */
function heard(listener: Listener, name: string, argument: unknown): void {
  try {
    if (name === "item") listener.item(argument);
    if (name === "mark") listener.mark(argument);
    if (name === "presence") listener.presence(argument);
  } catch (error) {
    if (!(error instanceof BadAnswer)) throw error;
    listener.odd();
  }
}
