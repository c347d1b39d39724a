/** The sessions this device holds until the server has them, sealed like a draft, in every tab the same. */

import { Refused, type Ronde } from "../../shell/ronde.ts";
import type { Claimed } from "./claiming.ts";
import * as lists from "./queue.ts";
import type { Queue, Refusal, Waiting } from "./queue.ts";
import type { ForfaitView, Mender, SessionForm } from "./served.ts";
import { WAITING_CLAIMS } from "./mine.ts";

const KEY = WAITING_CLAIMS;
const KEEPING = "ronde-care-claims";
const SENDING = "ronde-care-sending";
/** What says nothing about the session itself: it is asked again later. */
const PASSING: ReadonlySet<number> = new Set([401, 408, 425, 429]);
const SERVER_FAULT = 500;

const held = new WeakMap<Ronde, Claims>();

/** A tab's way to the sessions that wait; it sends them as soon as somebody may hear them. */
export class Claims {
  readonly #ronde: Ronde;
  readonly #drawn = new Set<(known: ForfaitView | null) => void>();
  readonly #others = new BroadcastChannel(KEEPING);
  #queue: Queue = [];

  private constructor(ronde: Ronde) {
    this.#ronde = ronde;
    this.#others.addEventListener("message", () => void this.#read());
    ronde.on("status", ({ online }) => online && void this.send());
    addEventListener("online", () => void this.send());
  }

  /** The one of this tab, with what was kept; sends what waits. */
  static async of(ronde: Ronde): Promise<Claims> {
    const made = held.get(ronde) ?? new Claims(ronde);
    held.set(ronde, made);
    await made.#read();
    void made.send();
    return made;
  }

  /** Everything that waits, refused or not. */
  get waiting(): Queue {
    return this.#queue;
  }

  /** Hear of every change; with the forfait as the server has it now, where it said so. */
  watch(signal: AbortSignal, drawn: (known: ForfaitView | null) => void): void {
    this.#drawn.add(drawn);
    signal.addEventListener("abort", () => this.#drawn.delete(drawn));
  }

  /** Keep a session, then send it; resolves once it is kept. */
  async add(claim: Claimed): Promise<void> {
    await this.#change((queue) => lists.added(queue, claim, Date.now()));
    void this.send();
  }

  /** Say a refused session otherwise, and send it. */
  async again(session: string, form: SessionForm, fresh: string): Promise<void> {
    await this.#change((queue) => lists.again(queue, session, form, fresh));
    void this.send();
  }

  /** Take a session back, here while it waits, else at the server; throws Refused, Unreachable. */
  async undo({ forfait, session }: Pick<Claimed, "forfait" | "session">): Promise<void> {
    let waits = false;
    await this.#change((queue) => {
      waits = queue.some((each) => each.session === session);
      return lists.undone(queue, session);
    });
    if (waits) void this.send();
    else this.#tell(await this.#takenBack(forfait, session));
  }

  /** Send what waits, one after another, in one tab at a time. */
  async send(): Promise<void> {
    await navigator.locks.request(SENDING, { ifAvailable: true }, async (lock) => {
      if (lock === null) return;
      await this.#read();
      for (let next = lists.nextOf(this.#queue); next !== null; next = lists.nextOf(this.#queue)) {
        if (!(await this.#sent(next))) return;
      }
    });
  }

  /** Send one; false where there is no use in going on. */
  async #sent(claim: Waiting): Promise<boolean> {
    const { session } = claim;
    await this.#change((queue) => lists.tried(queue, session));
    try {
      let known = await this.#ronde.api.ask<ForfaitView>("PUT", sessionPath(claim.forfait, session), claim.form);
      do {
        const undone = this.#isUndone(session);
        if (undone) known = await this.#takenBack(claim.forfait, session);
        await this.#change((queue) => lists.arrived(queue, session, undone), known);
      } while (this.#isUndone(session));
      return true;
    } catch (error) {
      if (!(error instanceof Refused) || isPassing(error)) return false;
      await this.#change((queue) => lists.refused(queue, session, refusalOf(error)));
      return true;
    }
  }

  async #takenBack(forfait: string, session: string): Promise<ForfaitView> {
    return await this.#ronde.api.ask<ForfaitView>("POST", `${sessionPath(forfait, session)}/undoing`);
  }

  #isUndone(session: string): boolean {
    return this.#queue.some((each) => each.session === session && each.undo);
  }

  async #change(change: (queue: Queue) => Queue, known: ForfaitView | null = null): Promise<void> {
    await navigator.locks.request(KEEPING, async () => {
      this.#queue = change((await this.#ronde.draft<Queue>(KEY)) ?? []);
      await this.#ronde.saveDraft(KEY, this.#queue.length === 0 ? null : this.#queue);
    });
    this.#others.postMessage(null);
    this.#tell(known);
  }

  async #read(): Promise<void> {
    this.#queue = (await this.#ronde.draft<Queue>(KEY)) ?? [];
    this.#tell(null);
  }

  #tell(known: ForfaitView | null): void {
    for (const drawn of this.#drawn) drawn(known);
  }
}

/** What a refusal is kept as: enough to say it tomorrow. */
export function refusalOf(error: Refused): Refusal {
  return { code: error.code, title: error.title, mender: (error.mendedBy as Mender | null) ?? null };
}

function sessionPath(forfait: string, session: string): string {
  return `/forfaits/${forfait}/sessions/${session}`;
}

function isPassing(error: Refused): boolean {
  return PASSING.has(error.status) || error.status >= SERVER_FAULT;
}
