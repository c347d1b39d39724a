/** Who is in a circle, how far each of them has come, and letting somebody go. */

import type { ProfessionalId } from "../../core/ids.ts";
import type { Ronde } from "../../shell/ronde.ts";
import { type Child, h } from "../dom.ts";
import { busy } from "../busy.ts";
import { type IconName, icon } from "../icons.ts";
import { seatWord } from "../nomenclature.ts";
import { avatar, fullName } from "../parts/avatar.ts";
import { t } from "../words.ts";
import type { Composition, Phase, Standing } from "./composition.ts";
import { seatOf } from "./people.ts";
import type { Colleague } from "./served.ts";

export type MemberActs = {
  readonly release: (id: ProfessionalId) => Promise<void>;
  readonly bringBack: (id: ProfessionalId) => Promise<void>;
};

const PHASES: Readonly<Record<Phase, { readonly tone: string; readonly sign: IconName; readonly words: () => string }>> = {
  chosen: { tone: "warm", sign: "clock", words: () => t("choisi, pas encore entré") },
  admitted: { tone: "warm", sign: "clock", words: () => t("pas encore dans la discussion") },
  deviceless: { tone: "warm", sign: "phone", words: () => t("attend son premier appareil") },
  inside: { tone: "good", sign: "check", words: () => t("dans la discussion") },
  changed: { tone: "warm", sign: "shield", words: () => t("repart de zéro : à faire revenir") },
  leaving: { tone: "danger", sign: "warning", words: () => t("parti, mais son départ n'est pas terminé") },
};

/** Draw the members of a circle. */
export function membersSection(ronde: Ronde, composition: Composition, acts: MemberActs): HTMLElement {
  const standings = composition.isOurs
    ? composition.standings()
    : (composition.glance?.members ?? []).map((each): Standing => ({ id: each.professional, phase: "inside", fault: null, seat: null }));
  const inside = composition.glance?.members.some((each) => each.professional === ronde.me?.professional) === true;
  return h(
    "section",
    { class: "section" },
    h(
      "div",
      { class: "row-between" },
      h("h2", { class: "section-title" }, t("Dans le cercle")),
      inside && h("a", { class: "button button-small", href: `/circles/${composition.circle ?? ""}` }, icon("message", "small"), t("Ouvrir la discussion")),
    ),
    h("ul", { class: "list card card-flush" }, standings.map((each) => row(ronde, composition, each, acts))),
  );
}

function row(ronde: Ronde, composition: Composition, standing: Standing, acts: MemberActs): HTMLElement {
  const who = composition.colleagues.get(standing.id);
  const name = who === undefined ? t("Quelqu'un que l'annuaire ne connaît plus") : fullName(who);
  const me = standing.id === ronde.me?.professional;
  const { tone, sign, words } = PHASES[standing.phase];
  const stays = standing.phase === "chosen" || standing.phase === "leaving";
  return h(
    "li",
    { class: "list-row" },
    avatar(who ?? { given_name: "?", family_name: "" }, { id: standing.id }),
    h(
      "div",
      { class: "list-main office-line" },
      h("p", { class: "list-title" }, name, me && ` (${t("vous")})`),
      seat(standing, who),
      composition.isOurs && h("p", { class: "row office-badges" }, h("span", { class: `badge badge-${tone}` }, icon(sign, "small"), words())),
      standing.fault !== null && h("p", { class: "small danger-text" }, standing.fault),
      standing.phase === "changed" && backButton(standing.id, acts),
    ),
    composition.isOurs && !me && !stays && h("div", { class: "list-end" }, menuButton(name, who, standing.id, acts)),
  );
}

/** What somebody is here as it was signed, and what the directory says where that is something else. */
function seat({ seat: signed }: Standing, who: Colleague | undefined): Child {
  const shown = who === undefined ? null : seatOf(who);
  const said = signed ?? shown;
  if (said === null) return null;
  const differs = shown !== null && shown !== said;
  return [
    h("p", { class: "list-note" }, seatWord(said)),
    differs && h("p", { class: "small danger-text" }, t("L'annuaire dit maintenant : {role}.", { role: seatWord(shown) })),
  ];
}

function backButton(id: ProfessionalId, acts: MemberActs): HTMLElement {
  const button = h("button", { class: "button button-small", type: "button" }, h("span", null, t("Faire revenir")));
  button.addEventListener("click", () => void busy(button, acts.bringBack(id)));
  return h("div", null, button);
}

function menuButton(name: string, who: Colleague | undefined, id: ProfessionalId, acts: MemberActs): Child {
  const button = h(
    "button",
    { class: "icon-button", type: "button", "aria-label": t("Actions pour {name}", { name }), "aria-haspopup": "menu", "aria-expanded": "false" },
    icon("more"),
  );
  const open = async (): Promise<void> => {
    const { openMemberMenu } = await import("./member_menu.ts");
    openMemberMenu(button, { name, called: who?.given_name ?? name, release: async () => acts.release(id) });
  };
  button.addEventListener("click", () => void open());
  return button;
}
