/**
 * One WebSocket that comes back by itself, speaking what our server speaks of Socket.IO.
 *
 * Engine.IO 4 carries it (0 open, 1 close, 2 ping, 3 pong, 4 message), Socket.IO 5 is inside
 * (0 connect, 1 disconnect, 2 event, 3 ack, 4 refused): text packets of the main namespace
 * and nothing else. The library for all of it weighs a sixth of what a page may load.
 */

import { BadAnswer, fields, list } from "./forms.ts";
import { offlineWait } from "./waits.ts";

const PATH = "/socket.io/?EIO=4&transport=websocket";
const ACK_MS = 10_000;
const OPEN_MS = 10_000;
/** A server that names no sensible pause is taken for dead after one of these. */
const PAUSES_MS = [1_000, 120_000] as const;

/** Who is told what comes; `refused` is given the server's problem, and nothing follows it. */
export type Ears = {
  readonly up: () => void;
  readonly down: () => void;
  readonly refused: (problem: unknown) => void;
  readonly event: (name: string, argument: unknown) => void;
  /** Something came that no server of ours would say: it is passed over. */
  readonly odd: () => void;
};

/** The connection ended before an answer came: what was asked may have been done. */
export class Unanswered extends Error {
  override readonly name = "Unanswered";
}

type Waiting = { readonly done: (answer: unknown) => void; readonly fail: (error: Error) => void };

export class Socket {
  readonly #ears: Ears;
  readonly #waiting = new Map<number, Waiting>();
  #line: WebSocket | null = null;
  #wanted = false;
  #connected = false;
  #next = 0;
  #attempt = 0;
  #silence = OPEN_MS;
  #watch: ReturnType<typeof setTimeout> | null = null;
  #retry: ReturnType<typeof setTimeout> | null = null;

  constructor(ears: Ears) {
    this.#ears = ears;
  }

  get connected(): boolean {
    return this.#connected;
  }

  /** Stay connected from here on. */
  connect(): void {
    this.#wanted = true;
    if (this.#line === null) this.#dial();
  }

  /** Go, and stay away. */
  disconnect(): void {
    this.#wanted = false;
    this.#drop();
  }

  /** Try now, whatever was waited for. */
  hurry(): void {
    if (!this.#wanted || this.#connected) return;
    this.#attempt = 0;
    this.#drop();
    this.#dial();
  }

  /** Say something and wait for the answer; throws Unanswered. */
  async ask(name: string, argument: unknown): Promise<unknown> {
    const line = this.#line;
    if (line === null || !this.#connected) throw new Unanswered();
    const number = this.#next;
    this.#next += 1;
    const answer = new Promise<unknown>((done, fail) => {
      this.#waiting.set(number, { done, fail });
      setTimeout(() => fail(new Unanswered()), ACK_MS);
    });
    line.send(`42${number}${JSON.stringify([name, argument])}`);
    try {
      return await answer;
    } finally {
      this.#waiting.delete(number);
    }
  }

  #dial(): void {
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#retry = null;
    const line = new WebSocket(`${location.origin.replace(/^http/u, "ws")}${PATH}`);
    this.#line = line;
    this.#silence = OPEN_MS;
    this.#listen();
    line.addEventListener("message", ({ data }: MessageEvent<unknown>) => {
      if (this.#line === line && typeof data === "string") this.#heed(line, data);
    });
    line.addEventListener("close", () => {
      if (this.#line === line) this.#lost();
    });
  }

  /** Hear a packet; one that is none changes nothing and ends nothing. */
  #heed(line: WebSocket, packet: string): void {
    try {
      this.#hear(line, packet);
    } catch (error) {
      if (!(error instanceof BadAnswer)) throw error;
      this.#ears.odd();
    }
  }

  #hear(line: WebSocket, packet: string): void {
    this.#listen();
    if (packet.startsWith("0")) {
      const { pingInterval, pingTimeout } = fields(parsed(packet.slice(1)));
      this.#silence = pauseOf(pingInterval) + pauseOf(pingTimeout);
      line.send("40");
    } else if (packet === "2") line.send("3");
    else if (packet.startsWith("40")) this.#up();
    else if (packet.startsWith("42")) this.#event(packet);
    else if (packet.startsWith("43")) this.#answer(packet);
    else if (packet.startsWith("44")) this.#refused(packet);
    else if (packet === "41" || packet === "1") this.#lost();
  }

  #up(): void {
    this.#connected = true;
    this.#attempt = 0;
    this.#ears.up();
  }

  #event(packet: string): void {
    const [name, argument] = list(parsed(packet.slice(packet.indexOf("["))));
    if (typeof name !== "string") throw new BadAnswer("no event");
    this.#ears.event(name, argument);
  }

  #answer(packet: string): void {
    const opening = packet.indexOf("[");
    const [answer] = list(parsed(packet.slice(opening)));
    this.#waiting.get(Number(packet.slice(2, opening)))?.done(answer);
  }

  /** The server knows us not: it would say so again, so nothing is tried until somebody asks. */
  #refused(packet: string): void {
    this.disconnect();
    this.#ears.refused(fields(parsed(packet.slice(2))).data);
  }

  /** A line on which nothing comes is dead, even if nobody said so. */
  #listen(): void {
    if (this.#watch !== null) clearTimeout(this.#watch);
    this.#watch = setTimeout(() => this.#lost(), this.#silence);
  }

  #lost(): void {
    this.#drop();
    if (!this.#wanted || this.#retry !== null) return;
    this.#retry = setTimeout(() => this.#dial(), offlineWait(this.#attempt - 1));
    this.#attempt += 1;
  }

  #drop(): void {
    if (this.#watch !== null) clearTimeout(this.#watch);
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#watch = null;
    this.#retry = null;
    const line = this.#line;
    this.#line = null;
    line?.close();
    for (const { fail } of this.#waiting.values()) fail(new Unanswered());
    if (!this.#connected) return;
    this.#connected = false;
    this.#ears.down();
  }
}

/** Read a packet's JSON; throws BadAnswer. */
function parsed(written: string): unknown {
  try {
    return JSON.parse(written);
  } catch {
    throw new BadAnswer("no JSON");
  }
}

function pauseOf(told: unknown): number {
  const [least, most] = PAUSES_MS;
  return typeof told === "number" ? Math.min(Math.max(told, least), most) : OPEN_MS;
}
