/** What a departure would leave behind, with names: what ends, what is to be settled, what is called off. */

import type { AppointmentId, ChildId, CircleId } from "../../core/ids.ts";
import type { Ronde } from "../../shell/ronde.ts";
import type { AppointmentView } from "../appointments/served.ts";
import type { ForfaitView, PrescriptionView } from "../care/served.ts";
import { dayAndTime } from "../dates.ts";
import { type Child, h } from "../dom.ts";
import { check } from "../form.ts";
import { icon } from "../icons.ts";
import { labelWord } from "../nomenclature.ts";
import type { Label, Listing } from "../served.ts";
import { t, tn } from "../words.ts";
import type { LooseEnds } from "./served.ts";

type Named = { readonly id: string; readonly words: string };

/** Loose ends as people read them. */
export type NamedEnds = {
  readonly forfaits: readonly Named[];
  readonly prescriptions: readonly Named[];
  readonly drafts: number;
  readonly meetings: number;
  readonly appointments: readonly Named[];
};

/** Give what is left behind its names. */
export async function named(
  ronde: Ronde,
  child: ChildId,
  ends: LooseEnds,
  disciplines: readonly { readonly code: string; readonly label: Label }[],
): Promise<NamedEnds> {
  const all = async <T>(wanted: readonly string[], what: string): Promise<readonly T[]> => (wanted.length === 0 ? [] : await everything<T>(ronde, `/children/${child}/${what}`));
  const [forfaits, prescriptions, appointments] = await Promise.all([
    all<ForfaitView>(ends.forfaits, "forfaits"),
    all<PrescriptionView>(ends.prescriptions, "prescriptions"),
    all<AppointmentView>(ends.appointments, "appointments"),
  ]);
  const discipline = (code: string): string => {
    const found = disciplines.find((each) => each.code === code);
    return found === undefined ? code : labelWord(found.label);
  };
  const names = <T extends { readonly id: string }>(ids: readonly string[], held: readonly T[], words: (one: T) => string): readonly Named[] =>
    ids.map((id) => {
      const one = held.find((each) => each.id === id);
      return { id, words: one === undefined ? t("sans nom") : words(one) };
    });
  return {
    forfaits: names(ends.forfaits, forfaits, (each) => t("{care} : {done} sur {quota} faites", { care: discipline(each.discipline), done: each.done, quota: each.quota })),
    prescriptions: names(ends.prescriptions, prescriptions, (each) => discipline(each.discipline)),
    drafts: ends.drafts.length,
    meetings: ends.meetings.length,
    appointments: names(ends.appointments, appointments, (each) => t("{when}, {place}", { when: dayAndTime(each.slot.start), place: each.slot.place_label })),
  };
}

export type EndsField = {
  readonly element: HTMLElement;
  readonly closesForfaits: () => boolean;
  readonly cancelled: () => readonly AppointmentId[];
};

/** Show what is left behind, with boxes for what is seen to in the same act. */
export function endsField(ends: NamedEnds, circle: CircleId | null): EndsField {
  const close = ends.forfaits.length === 0 ? null : check(t("Fermer les forfaits à cette date"), { checked: true });
  const boxes = ends.appointments.map((each) => ({ id: each.id as AppointmentId, ...check(each.words, { checked: true }) }));
  const link = (words: string, path: string): Child => (circle === null ? words : h("a", { href: `/circles/${circle}/${path}` }, words));
  const settle = [
    ends.drafts > 0 && link(tn("{n} document commencé, à signer ou à laisser", "{n} documents commencés, à signer ou à laisser", ends.drafts), "documents"),
    ends.meetings > 0 && link(tn("{n} réunion à venir, à annuler", "{n} réunions à venir, à annuler", ends.meetings), "meetings"),
    ends.prescriptions.length > 0 && link(t("Prescription sans suite : {names}", { names: ends.prescriptions.map(({ words }) => words).join(", ") }), "care"),
  ].filter((each): each is Exclude<Child, false> => each !== false);
  const nothing = close === null && boxes.length === 0 && settle.length === 0;
  const element = h(
    "section",
    { class: "card" },
    h("h2", { class: "section-title" }, t("Ce qui reste ouvert")),
    nothing && h("p", { class: "signed soft" }, icon("check", "small"), h("span", null, t("Rien ne reste en suspens."))),
    close !== null && h("div", { class: "stack-tight" }, h("p", { class: "strong" }, t("Soins en cours, qui s'arrêtent")), h("ul", { class: "prose" }, ends.forfaits.map(({ words }) => h("li", null, words))), close.element),
    boxes.length > 0 && h("fieldset", { class: "fieldset" }, h("legend", null, t("Rendez-vous à annuler")), h("p", { class: "field-hint" }, t("La famille est prévenue de chaque annulation ; pour ce qui reste, elle ne reçoit plus de rappel.")), boxes.map(({ element: box }) => box)),
    settle.length > 0 && h("div", { class: "stack-tight" }, h("p", { class: "strong" }, t("À régler de votre côté, de préférence avant")), h("ul", { class: "prose" }, settle.map((each) => h("li", null, each)))),
  );
  return {
    element,
    closesForfaits: () => close?.input.checked ?? false,
    cancelled: () => boxes.filter(({ input }) => input.checked).map(({ id }) => id),
  };
}

async function everything<T>(ronde: Ronde, path: string): Promise<readonly T[]> {
  const found: T[] = [];
  for (let after: string | null = ""; after !== null; ) {
    const page: Listing<T> = await ronde.api.ask("GET", `${path}?limit=200&after=${after}`);
    found.push(...page.items);
    after = page.next;
  }
  return found;
}
