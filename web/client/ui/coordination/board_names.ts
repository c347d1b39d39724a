/** The names that the board shows for codes and ids: of the pathway, and of those whose move it is. */

import type { ProfessionalId } from "../../core/ids.ts";
import type { Ronde } from "../../shell/ronde.ts";
import { labelWord } from "../nomenclature.ts";
import { fullName } from "../parts/avatar.ts";
import type { Label } from "../served.ts";
import type { BoardLine } from "./board_served.ts";
import type { Names } from "./board_words.ts";
import { colleagueOf } from "./people.ts";
import type { Colleague } from "./served.ts";

/** What of the pathway has a name on the board. */
type Named = {
  readonly visits: readonly { readonly code: string; readonly label: Label; readonly months: number }[];
  readonly forms: Readonly<Record<string, { readonly label: Label }>>;
};

export class BoardNames implements Names {
  readonly #ronde: Ronde;
  readonly #pathway: Named;
  readonly #people = new Map<string, Promise<Colleague | null>>();
  readonly #known = new Map<string, string>();

  private constructor(ronde: Ronde, pathway: Named) {
    this.#ronde = ronde;
    this.#pathway = pathway;
  }

  /** Read the pathway, as this device kept it if it did: labels change with a release. */
  static async open(ronde: Ronde): Promise<BoardNames> {
    const later = ronde.api.read<Named>("/pathway");
    later.catch(() => undefined);
    return new BoardNames(ronde, (await ronde.api.kept<Named>("/pathway")) ?? (await later).value);
  }

  /** The oldest age, in completed years, that the pathway has a visit for. */
  get oldest(): number {
    return Math.ceil(Math.max(0, ...this.#pathway.visits.map((each) => each.months)) / 12);
  }

  visit(code: string): string {
    const found = this.#pathway.visits.find((each) => each.code === code);
    return found === undefined ? code : labelWord(found.label);
  }

  form(code: string): string {
    const found = this.#pathway.forms[code];
    return found === undefined ? code : labelWord(found.label);
  }

  person(id: string): string | null {
    return this.#known.get(id) ?? null;
  }

  /** Learn the names of whoever these lines are about; who cannot be found stays nameless. */
  async learn(lines: readonly BoardLine[]): Promise<void> {
    const people = new Set(lines.flatMap((line) => line.findings.flatMap(({ who }) => who ?? [])));
    await Promise.all([...people].map(async (id) => await this.#meet(id)));
  }

  async #meet(id: ProfessionalId): Promise<void> {
    const asked = this.#people.get(id) ?? colleagueOf(this.#ronde, id).catch(() => null);
    this.#people.set(id, asked);
    const found = await asked;
    if (found !== null) this.#known.set(id, fullName(found));
  }
}
