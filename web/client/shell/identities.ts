/** Whose identity keys this device knows: numbers to compare, a change to accept (R1, R3). */

import type { ProfessionalId } from "../core/ids.ts";
import { numberWith } from "../core/session/compare.ts";
import { acceptIdentity } from "../core/session/session.ts";
import type { Turns } from "./turn.ts";

export class Identities {
  readonly #turns: Turns;

  constructor(turns: Turns) {
    this.#turns = turns;
  }

  /** Our own key as people read it out, or null. */
  own(): string | null {
    const key = this.#turns.known?.identity?.public;
    if (key === undefined) return null;
    return Array.from(key, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  /** Tell whether a key of somebody's was ever seen. */
  knows(professional: ProfessionalId): boolean {
    return this.#turns.session.pins.keys.has(professional);
  }

  /** The digits to compare with somebody, or null. */
  async number(professional: ProfessionalId): Promise<string | null> {
    return this.knows(professional) ? await numberWith(this.#turns.session, professional) : null;
  }

  /** Pin a changed key (hex). */
  async accept(professional: ProfessionalId, identityKey: string): Promise<void> {
    const pairs = identityKey.match(/../gu) ?? [];
    const key = Uint8Array.from(pairs, (pair) => Number.parseInt(pair, 16));
    await this.#turns.take((session) => ({
      session: acceptIdentity(session, professional, key),
      effects: [],
    }));
  }
}
