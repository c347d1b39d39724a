/** Who and what stands around a document: the child, its people, the names of places. */

import type { ChildId, CircleId, ProfessionalId } from "../../core/ids.ts";
import type { Ronde } from "../../shell/ronde.ts";
import { People, type Person } from "../feed/people.ts";
import { glanceAt } from "../feed/glance.ts";
import { professionWord } from "../nomenclature.ts";
import type { ChildHeader, Listing } from "../served.ts";
import { t } from "../words.ts";
import type { Names } from "./answer_words.ts";
import type { Around } from "./controls.ts";
import { fieldsOf, isRow } from "./form.ts";
import type { Answer, DocumentView, FormDefinition } from "./served.ts";

/** A child whose papers are before us, with whoever may be named in them. */
export type Setting = {
  readonly child: ChildHeader;
  readonly circle: CircleId | null;
  readonly people: People;
  /** What the reader is to forms: a profession, or a role of the office. */
  readonly role: string;
};

const OFFICE: ReadonlySet<string> = new Set(["coordinator", "secretary"]);

type Structure = { readonly id: string; readonly name: string };

/** Gather what is around a child, in its circle or before there is one. */
export async function settingOf(ronde: Ronde, child: ChildId, circle: CircleId | null): Promise<Setting> {
  if (circle === null) {
    const { value } = await ronde.api.read<{ readonly child: ChildHeader }>(`/children/${child}/life-line`);
    return { child: value.child, circle, people: new People(ourselves(ronde)), role: ronde.me?.role ?? "" };
  }
  const { glance, people } = await glanceAt(ronde, circle);
  const me = glance.members.find((each) => each.professional === ronde.me?.professional);
  const role = ronde.me?.role === "professional" ? (me?.profession ?? "professional") : (ronde.me?.role ?? "");
  return { child: glance.child, circle, people, role };
}

/** May somebody of this role begin and sign this form? The server judges, this spares a vain try. */
export function mayFill(form: FormDefinition, role: string): boolean {
  return form.fillers.includes(role);
}

/** What fields need to know. */
export function aroundOf(ronde: Ronde, setting: Setting): Around {
  const { child, people } = setting;
  let fetched: Promise<readonly Structure[]> | undefined;
  let network: Promise<readonly Structure[]> | undefined;
  return {
    known: { birth: child.birth_date, correctedFrom: child.corrected_from, today: today() },
    people: people.all.map((each) => ({ id: each.id, words: `${each.given} ${each.family}, ${each.profession}` })),
    structures: async () => await (fetched ??= structuresOf(ronde)),
    network: looksUp(ronde, setting) ? async () => await (network ??= networkOf(ronde)) : null,
  };
}

/** Words for the ids in a document's answers; places are asked for, people are at hand. */
export async function namesOf(ronde: Ronde, form: FormDefinition, document: DocumentView, setting: Setting): Promise<Names> {
  const { people } = setting;
  const found = await Promise.all(idsOf(form, document, "structure").map((id) => structureNamed(ronde, id)));
  const names = new Map(found.map((each) => [each.id, each.name] as const));
  const strangers = looksUp(ronde, setting) ? idsOf(form, document, "professional").filter((id) => people.all.every((each) => each.id !== id)) : [];
  const others = strangers.length === 0 ? new Map<string, string>() : await (await import("./network.ts")).namedInNetwork(ronde, strangers);
  return {
    person: (id) => others.get(id) ?? people.name(id as ProfessionalId),
    structure: (id) => names.get(id) ?? t("Une autre structure"),
  };
}

/** Today where the reader sits, YYYY-MM-DD. */
export function today(): string {
  const now = new Date();
  return new Date(now.getTime() - now.getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
}

function ourselves(ronde: Ronde): readonly Person[] {
  const { me } = ronde;
  if (me === null) return [];
  const profession = professionWord(null, me.role);
  return [{ id: me.professional, given: me.given_name, family: me.family_name, role: me.role, profession, convention: null, voucher: null }];
}

/** Before there is a circle, the office names anybody of the network. */
function looksUp(ronde: Ronde, { circle }: Setting): boolean {
  return circle === null && OFFICE.has(ronde.me?.role ?? "");
}

async function networkOf(ronde: Ronde): Promise<readonly Structure[]> {
  return await (await import("./network.ts")).networkOf(ronde);
}

/** The ids that a document's answers to fields of a type hold, each once. */
function idsOf(form: FormDefinition, document: DocumentView, type: "structure" | "professional"): readonly string[] {
  const codes = new Set(fieldsOf(form).filter((field) => field.type === type).map((field) => field.code));
  if (codes.size === 0) return [];
  return [...new Set(document.versions.flatMap((version) => idsUnder(version.answers, codes)))];
}

function idsUnder(answers: { readonly [code: string]: Answer }, codes: ReadonlySet<string>): readonly string[] {
  return Object.entries(answers).flatMap(([code, answer]) => {
    const held: readonly unknown[] = Array.isArray(answer) ? answer : [answer];
    return held.flatMap((each) => (isRow(each) ? idsUnder(each, codes) : codes.has(code) && typeof each === "string" ? [each] : []));
  });
}

async function structureNamed(ronde: Ronde, id: string): Promise<Structure> {
  try {
    return (await ronde.api.read<Structure>(`/structures/${id}`)).value;
  } catch {
    return { id, name: t("Une autre structure") };
  }
}

async function structuresOf(ronde: Ronde): Promise<readonly Structure[]> {
  const found: Structure[] = [];
  try {
    for (let after: string | null = ""; after !== null; ) {
      const path: string = `/structures?after=${after}`;
      const { value }: { value: Listing<Structure> } = await ronde.api.read(path);
      found.push(...value.items);
      after = value.next;
    }
  } catch {
    // Without the list, what is chosen already stays.
  }
  return found.sort((one, other) => one.name.localeCompare(other.name, "fr"));
}
