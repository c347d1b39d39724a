/** Choosing people for a circle, by profession; who cannot come in is shown with what stands in the way. */

import type { ProfessionalId } from "../../core/ids.ts";
import { type Child, fill, freshId, h } from "../dom.ts";
import { check } from "../form.ts";
import { lookFor } from "../fuzzy.ts";
import { PROFESSIONS, seatWord } from "../nomenclature.ts";
import { fullName } from "../parts/avatar.ts";
import { t } from "../words.ts";
import { hasSeat, obstacleOf } from "./admission.ts";
import { seatOf } from "./people.ts";
import type { Colleague } from "./served.ts";

const FEW = 10;

export type PickerOptions = {
  readonly colleagues: readonly Colleague[];
  readonly chosen: ReadonlySet<ProfessionalId>;
  readonly referring: ProfessionalId | null;
  readonly warrant: (by: ProfessionalId) => Colleague | null;
  readonly choose: (colleague: ProfessionalId, chosen: boolean) => void;
};

/** Draw the people to choose from. */
export function picker(options: PickerOptions): HTMLElement {
  const people = options.colleagues.filter((each) => hasSeat(each) && each.account !== "closed");
  const search = h("input", { class: "input", type: "search", placeholder: t("Chercher un nom"), "aria-label": t("Chercher un nom") });
  const chosen = new Set(options.chosen);
  const body = h("div", { class: "stack-loose" });
  const draw = (): void => {
    const shown = people.filter((each) => lookFor(search.value, fullName(each)) !== null);
    fill(body, [...byProfession(shown)].map(([name, group]) => groupOf(name, group, options, chosen)), shown.length === 0 && h("p", { class: "soft" }, t("Personne ne correspond")));
  };
  search.addEventListener("input", draw);
  draw();
  if (people.length === 0) return h("p", { class: "soft" }, t("Tout le monde est déjà dans le cercle."));
  return h("div", { class: "stack" }, people.length > FEW && search, body);
}

function byProfession(people: readonly Colleague[]): ReadonlyMap<string, readonly Colleague[]> {
  const groups = new Map<string, Colleague[]>();
  // As the pathway names them: physicians first, those of the office last.
  const order = Object.keys(PROFESSIONS);
  const rank = (each: Colleague): number => (order.indexOf(seatOf(each)) + order.length + 1) % (order.length + 1);
  const sorted = [...people].sort((one, other) => rank(one) - rank(other) || one.family_name.localeCompare(other.family_name, "fr"));
  for (const each of sorted) {
    // What is read here is what is signed.
    const name = seatWord(seatOf(each));
    groups.set(name, [...(groups.get(name) ?? []), each]);
  }
  return groups;
}

function groupOf(name: string, people: readonly Colleague[], options: PickerOptions, chosen: Set<ProfessionalId>): HTMLElement {
  const id = freshId("group");
  return h(
    "div",
    { class: "stack-tight", role: "group", "aria-labelledby": id },
    h("h3", { class: "strong", id }, name),
    h("ul", { class: "list card card-flush" }, people.map((each) => h("li", { class: "office-pick" }, row(each, options, chosen)))),
  );
}

function row(colleague: Colleague, options: PickerOptions, chosen: Set<ProfessionalId>): Child {
  const obstacle = obstacleOf(colleague, options.warrant);
  const name = fullName(colleague);
  const referring = colleague.id === options.referring && h("span", { class: "badge badge-accent" }, t("Médecin référent"));
  if (obstacle !== null) {
    return h(
      "div",
      { class: "office-barred" },
      h("span", { class: "muted" }, name, " ", referring),
      h("a", { class: "small office-mend", href: obstacle.href }, obstacle.words),
    );
  }
  const box = check([name, " ", referring], { checked: chosen.has(colleague.id), name: "member", value: colleague.id });
  box.input.addEventListener("change", () => {
    if (box.input.checked) chosen.add(colleague.id);
    else chosen.delete(colleague.id);
    options.choose(colleague.id, box.input.checked);
  });
  return box.element;
}
