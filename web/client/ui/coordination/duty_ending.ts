/** Ending duties: at once here and on the server, which opens them again for whoever takes it back. */

import type { Ronde } from "../../shell/ronde.ts";
import { said } from "../faults.ts";
import { toast } from "../toast.ts";
import { t } from "../words.ts";
import type { BulkAnswer } from "./board_outcome.ts";

/** As long as the sentence stands that offers to take it back. */
const PATIENCE_S = 8;

export type Ending = { readonly state: "done" | "dismissed"; readonly note: string };

export type Endings = {
  readonly ronde: Ronde;
  /** What the server did of it. */
  readonly answered: (answer: BulkAnswer) => void;
  /** Nothing came of it, for a reason in a sentence. */
  readonly failed: (ids: readonly string[], why: string) => void;
};

export class DutyEndings {
  readonly #given: Endings;

  constructor(given: Endings) {
    this.#given = given;
  }

  /** End duties, and say so with a way back. */
  end(ids: readonly string[], ending: Ending, sentence: string, takenBack: (ids: readonly string[]) => void): void {
    const ended = this.#end(ids, ending);
    const undo = async (): Promise<void> => takenBack(await this.#reopen(await ended));
    toast(sentence, { seconds: PATIENCE_S, undo });
  }

  /** Gives those that have ended. */
  async #end(ids: readonly string[], ending: Ending): Promise<readonly string[]> {
    const { ronde, answered, failed } = this.#given;
    try {
      const answer = await ronde.api.ask<BulkAnswer>("POST", "/coordination/duties/endings", { ...ending, duties: ids });
      answered(answer);
      return done(answer);
    } catch (error) {
      failed(ids, said(error));
      return [];
    }
  }

  /** Gives those that are open again. */
  async #reopen(ids: readonly string[]): Promise<readonly string[]> {
    if (ids.length === 0) return [];
    try {
      const answer = await this.#given.ronde.api.ask<BulkAnswer>("POST", "/coordination/duties/reopenings", { duties: ids });
      if (done(answer).length < ids.length) toast(t("Certaines démarches n'ont pas pu être rouvertes."));
      return done(answer);
    } catch (error) {
      toast(said(error), { seconds: 12 });
      return [];
    }
  }
}

function done({ lines }: BulkAnswer): readonly string[] {
  return lines.filter((each) => each.done).map(({ id }) => id);
}
