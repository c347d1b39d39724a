/** A line that may be about somebody who is here already: which of them, a new record, or nothing. */

import type { Ronde } from "../../shell/ronde.ts";
import { dateOf } from "../dates.ts";
import { type Child, fill, freshId, h } from "../dom.ts";
import { t } from "../words.ts";
import type { Selection } from "./selection.ts";
import type { LineView } from "./served.ts";

/** What the server calls a new record. */
const ANEW = "new";
const SAME_FILE = "line:";

type Names = { readonly given_name?: string; readonly family_name?: string; readonly birth_date?: string; readonly name?: string };

export type CandidateOptions = {
  readonly ronde: Ronde;
  readonly selection: () => Selection;
  readonly fixed: boolean;
  readonly choose: (wanted: string | null) => void;
};

/** Ask whom a line is about. */
export function candidatesField(line: LineView, options: CandidateOptions): HTMLElement {
  const name = freshId("candidate");
  const held = options.selection().choices.get(line.number) ?? null;
  const radio = (value: string | null, words: Child): HTMLElement => {
    const input = h("input", { type: "radio", name, checked: held === value, disabled: options.fixed });
    input.addEventListener("change", () => options.choose(value));
    return h("label", { class: "check" }, input, words);
  };
  const known = line.candidates.filter((each) => !each.startsWith(SAME_FILE));
  return h(
    "fieldset",
    { class: "fieldset import-choice" },
    h("legend", null, t("Est-ce la même personne ?")),
    sameFile(line),
    known.map((each) => radio(each, candidate(line, each, options.ronde))),
    radio(ANEW, h("span", null, t("Non : créer une nouvelle fiche"))),
    radio(null, h("span", null, t("Laisser cette ligne de côté"))),
  );
}

/** A line above may be the same person: only one of the two becomes a record. */
function sameFile(line: LineView): Child {
  const above = line.candidates.filter((each) => each.startsWith(SAME_FILE)).map((each) => each.slice(SAME_FILE.length));
  if (above.length === 0) return null;
  return h("p", { class: "small soft" }, t("Semblable à une ligne plus haut dans ce fichier (n° {lines}).", { lines: above.join(", ") }));
}

function candidate(line: LineView, id: string, ronde: Ronde): HTMLElement {
  const place = h("span", null, t("Oui : la fiche existante"));
  const child = line.sort === "child";
  const href = child ? `/coordination/children/${id}` : line.sort === "professional" ? `/coordination/professionals/${id}` : null;
  const path = child ? `/children/${id}/header` : line.sort === "professional" ? `/coordination/professionals/${id}` : null;
  if (path !== null && href !== null) void named(place, ronde, path, href);
  return place;
}

/** The name and the birth date of somebody who is here, once they are known. */
async function named(place: HTMLElement, ronde: Ronde, path: string, href: string): Promise<void> {
  try {
    const { value } = await ronde.api.read<Names>(path);
    const born = value.birth_date === undefined ? "" : t(", né le {day}", { day: dateOf(value.birth_date) });
    const name = `${value.given_name ?? ""} ${value.family_name ?? ""}`.trim();
    fill(place, t("Oui : {name}{born}", { name, born }), " ", h("a", { class: "small", href, target: "_blank" }, t("voir la fiche")));
  } catch {
    // Without a name the choice still says what it is; the page of the record says more.
    fill(place, t("Oui : la fiche existante"), " ", h("a", { class: "small", href, target: "_blank" }, t("voir la fiche")));
  }
}
