/** Whose identity keys this device knows: numbers to compare, a change to accept (R1, R3). */

import type { ProfessionalId } from "../core/ids.ts";
import { equal } from "../core/mls/suite.ts";
import { numberWith } from "../core/session/compare.ts";
import { acceptIdentity } from "../core/session/session.ts";
import type { Session } from "../core/session/state.ts";
import { type Anchors, anchorsIn, vouchersFrom } from "./anchors.ts";
import type { Voucher } from "./ronde.ts";
import type { Store } from "./store.ts";
import type { Turns } from "./turn.ts";
import { NAMES, decodeValue, encodeValue } from "./values.ts";

export class Identities {
  readonly #turns: Turns;
  readonly #store: Store;
  #anchors: Anchors | null = null;

  constructor(turns: Turns, store: Store) {
    this.#turns = turns;
    this.#store = store;
  }

  /** Read from the disk whom this device saw first. */
  async load(): Promise<void> {
    const data = await this.#store.value(NAMES.anchors);
    this.#anchors = data === null ? null : decodeValue<Anchors>(data);
  }

  /** Once and for all: whoever coordinates the first circles that are seen here is an anchor. */
  async anchor(): Promise<void> {
    const { circles } = this.#turns.session;
    if (this.#anchors !== null || circles.size === 0) return;
    await this.load();
    if (this.#anchors !== null) return;
    const anchors = anchorsIn(circles);
    await this.#store.keep(new Map([[NAMES.anchors, encodeValue(anchors)]]));
    this.#anchors = anchors;
  }

  /** Whose word counts here; before the first round is over, that of the first circles. */
  get vouchers(): readonly Voucher[] {
    const { circles } = this.#turns.session;
    return vouchersFrom(this.#anchors ?? anchorsIn(circles), circles);
  }

  /** Our own key as people read it out, or null. */
  own(): string | null {
    const key = this.#turns.known?.identity?.public;
    if (key === undefined) return null;
    return hexOf(key);
  }

  /** Tell whether a key of somebody's was ever seen. */
  knows(professional: ProfessionalId): boolean {
    return this.#turns.session.pins.keys.has(professional);
  }

  /** The key by which somebody sits in a circle's signed chain, if another one is pinned. */
  changed(professional: ProfessionalId): string | null {
    const { pins, circles } = this.#turns.session;
    const pinned = pins.keys.get(professional);
    if (pinned === undefined) return null;
    const keys = [...circles.values()].map(({ roster }) => roster.active.get(professional)?.identityKey);
    const other = keys.find((key) => key !== undefined && !equal(key, pinned));
    return other === undefined ? null : hexOf(other);
  }

  /** The digits to compare with somebody, by the key that is pinned or by another; or null. */
  async number(professional: ProfessionalId, identityKey?: string): Promise<string | null> {
    const { session } = this.#turns;
    if (!this.knows(professional)) return null;
    const asked = identityKey === undefined ? session : accepting(session, professional, identityKey);
    return await numberWith(asked, professional);
  }

  /** Pin a changed key (hex). */
  async accept(professional: ProfessionalId, identityKey: string): Promise<void> {
    await this.#turns.take((session) => ({
      session: accepting(session, professional, identityKey),
      effects: [],
    }));
  }
}

function accepting(session: Session, professional: ProfessionalId, identityKey: string): Session {
  const pairs = identityKey.match(/../gu) ?? [];
  const key = Uint8Array.from(pairs, (pair) => Number.parseInt(pair, 16));
  return acceptIdentity(session, professional, key);
}

function hexOf(key: Uint8Array): string {
  return Array.from(key, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
