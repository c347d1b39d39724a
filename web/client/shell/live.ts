/**
 * The live connection: told of news at once, appends without a round of HTTP.
 *
 * What is pushed is a hint. A gap, a reconnect or a doubt ends in the numbered log, which
 * is read over HTTP; so nothing here needs to be reliable, only quick.
 */

import { type Socket, io } from "socket.io-client";
import type { ChannelId } from "../core/ids.ts";
import { refusal } from "./api.ts";
import { fields, numberOf } from "./forms.ts";
import { Unreachable } from "./ronde.ts";

const ACK_MS = 10_000;
const MOST_WATCHED = 200;
const FIRST_DELAY = 300;
const LONGEST_DELAY = 10_000;
const UNAUTHORIZED = 401;
const TOO_MANY = 429;
const CROWDED_MS = 20_000;

/** Who is told what comes. */
export type Listener = {
  readonly up: () => void;
  readonly down: () => void;
  readonly over: () => void;
  readonly item: (form: unknown) => void;
  readonly mark: (form: unknown) => void;
  readonly presence: (form: unknown) => void;
};

/** How far the watched channels have come, and who is there. */
export type Watched = {
  readonly heads: ReadonlyMap<ChannelId, number>;
  readonly present: ReadonlyMap<ChannelId, readonly string[]>;
};

export class Live {
  readonly #socket: Socket;

  constructor(listener: Listener) {
    this.#socket = io({
      transports: ["websocket"],
      autoConnect: false,
      reconnectionDelay: FIRST_DELAY,
      reconnectionDelayMax: LONGEST_DELAY,
      randomizationFactor: 0.5,
    });
    this.#socket.on("connect", listener.up);
    this.#socket.on("disconnect", (reason) => {
      listener.down();
      // Cut by the server: the library takes that for a goodbye and would not come back.
      if (reason === "io server disconnect") this.#socket.connect();
    });
    this.#socket.on("connect_error", (error) => this.#refused(error, listener));
    this.#socket.on("item", listener.item);
    this.#socket.on("mark", listener.mark);
    this.#socket.on("presence", listener.presence);
  }

  get connected(): boolean {
    return this.#socket.connected;
  }

  connect(): void {
    if (!this.#socket.active) this.#socket.connect();
  }

  disconnect(): void {
    this.#socket.disconnect();
  }

  /** Try now: the network or the window has just come back. */
  hurry(): void {
    if (this.connected || !this.#socket.active) return;
    this.#socket.disconnect();
    this.#socket.connect();
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
      for (const [channel, who] of Object.entries((told.present ?? {}) as object)) {
        present.set(channel as ChannelId, who as string[]);
      }
    }
    return { heads, present };
  }

  /** Ask over the connection; throws Refused or Unreachable. */
  async ask(event: string, argument: unknown): Promise<Readonly<Record<string, unknown>>> {
    if (!this.connected) throw new Unreachable();
    const told = fields(await this.#acknowledged(event, argument));
    if (typeof told.code === "string" && typeof told.status === "number") {
      throw refusal(told, told.status);
    }
    return told;
  }

  async #acknowledged(event: string, argument: unknown): Promise<unknown> {
    try {
      return await this.#socket.timeout(ACK_MS).emitWithAck(event, argument);
    } catch {
      throw new Unreachable();
    }
  }

  #refused(error: Error & { data?: unknown }, listener: Listener): void {
    listener.down();
    const told = error.data as { status?: number } | undefined;
    if (told === undefined) return;
    // Somebody said no, and would say it again: whoever signs in connects anew.
    this.#socket.disconnect();
    if (told.status === UNAUTHORIZED) listener.over();
    if ((told.status ?? 0) >= TOO_MANY) setTimeout(() => this.connect(), CROWDED_MS);
  }
}
