/** Ending duties: at once on the screen, on the server once nobody may take it back any more. */

import type { Ronde } from "../../shell/ronde.ts";
import { said } from "../faults.ts";
import { toast } from "../toast.ts";
import type { BulkAnswer } from "./board_outcome.ts";

/** As long as the sentence stands that offers to take it back. */
const PATIENCE_MS = 8_000;

export type Ending = { readonly state: "done" | "dismissed"; readonly note: string };
type Waiting = { readonly ids: readonly string[]; readonly ending: Ending; timer: ReturnType<typeof setTimeout> | undefined };

export type Endings = {
  readonly ronde: Ronde;
  readonly signal: AbortSignal;
  /** What the server did of it. */
  readonly answered: (answer: BulkAnswer) => void;
  /** Nothing came of it, for a reason in a sentence. */
  readonly failed: (ids: readonly string[], why: string) => void;
};

export class DutyEndings {
  readonly #given: Endings;
  readonly #waiting = new Set<Waiting>();

  /** Whoever leaves the page takes nothing back any more. */
  constructor(given: Endings) {
    this.#given = given;
    given.signal.addEventListener("abort", () => this.#sendAll());
    addEventListener("pagehide", () => this.#sendAll(), { signal: given.signal });
  }

  /** End duties, and say so with a way back. */
  end(ids: readonly string[], ending: Ending, sentence: string, takenBack: () => void): void {
    const waiting: Waiting = { ids, ending, timer: undefined };
    waiting.timer = setTimeout(() => void this.#send(waiting), PATIENCE_MS);
    this.#waiting.add(waiting);
    const undo = (): void => {
      if (!this.#waiting.delete(waiting)) return;
      clearTimeout(waiting.timer);
      takenBack();
    };
    toast(sentence, { seconds: PATIENCE_MS / 1000, undo });
  }

  #sendAll(): void {
    for (const each of this.#waiting) void this.#send(each);
  }

  async #send(waiting: Waiting): Promise<void> {
    if (!this.#waiting.delete(waiting)) return;
    clearTimeout(waiting.timer);
    const { ids, ending } = waiting;
    const { ronde, answered, failed } = this.#given;
    try {
      answered(await ronde.api.ask<BulkAnswer>("POST", "/coordination/duties/endings", { ...ending, duties: ids }));
    } catch (error) {
      failed(ids, said(error));
    }
  }
}
