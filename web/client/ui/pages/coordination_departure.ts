/** A child leaves the pathway, or has left it: why, when, who takes over, and the relay file. */

import type { ChildId } from "../../core/ids.ts";
import type { Ronde } from "../../shell/ronde.ts";
import { childName, ageWords } from "../circle/naming.ts";
import { relaySection } from "../departure/relay_file.ts";
import type { DepartureView, DeparturesView, Pathway, Structure } from "../departure/served.ts";
import { standingSection } from "../departure/standing.ts";
import { dateOf } from "../dates.ts";
import { type Child, fill, h } from "../dom.ts";
import { said } from "../faults.ts";
import { People } from "../feed/people.ts";
import { glanceAt } from "../feed/glance.ts";
import "../more_icons.ts";
import { stageWord } from "../nomenclature.ts";
import { subpage } from "../parts/subpage.ts";
import type { Page, PageContext } from "../router.ts";
import type { ChildHeader, Listing } from "../served.ts";
import { toast } from "../toast.ts";
import { t } from "../words.ts";

type Around = {
  readonly child: ChildHeader;
  readonly people: People;
  /** Is the reader one of the circle? */
  readonly isInside: boolean;
  readonly pathway: Pathway;
  readonly structures: readonly Structure[];
  readonly departures: DeparturesView;
};

export async function departurePage(context: PageContext): Promise<Page> {
  const { ronde, place } = context;
  const around = await gathered(ronde, place.params["child"] as ChildId);
  const { child, departures, people, isInside } = around;
  const me = ronde.me;
  const isReferring = me?.professional === child.referring_physician;
  const writes = me?.role === "coordinator" || isReferring;
  const standing = departures.items.find(({ stands }) => stands);
  const element = subpage(
    wayBack(ronde, child),
    t("Sortie du parcours et relais"),
    [childName(child), ageWords(child), stageWord(child.stage)].join(" · "),
    standing === undefined ? staying(context, around, writes) : standingSection(standing, options(context, around, writes)),
    relaySection({ ronde, child: child.id, people, makes: isInside && writes }),
    takenBack(departures.items, people),
  );
  return { title: t("Sortie du parcours"), element };
}

async function gathered(ronde: Ronde, id: ChildId): Promise<Around> {
  const get = async <T>(path: string): Promise<T> => (await ronde.api.read<T>(path)).value;
  const [child, pathway, departures, structures] = await Promise.all([
    get<ChildHeader>(`/children/${id}/header`),
    get<Pathway>("/pathway"),
    get<DeparturesView>(`/children/${id}/departures`),
    structuresOf(ronde),
  ]);
  const people = child.circle === null ? new People([]) : (await glanceAt(ronde, child.circle)).people;
  // Not what this device knows of circles: whoever came in a moment ago has not heard of it yet.
  const isInside = people.find(ronde.me?.professional ?? null) !== null;
  return { child, people, isInside, pathway, structures, departures };
}

async function structuresOf(ronde: Ronde): Promise<readonly Structure[]> {
  const found: Structure[] = [];
  for (let after: string | null = ""; after !== null; ) {
    const path: string = `/structures?limit=200&after=${after}`;
    const { value }: { value: Listing<Structure> } = await ronde.api.read(path);
    found.push(...value.items);
    after = value.next;
  }
  return found.sort((one, other) => one.name.localeCompare(other.name, "fr"));
}

function wayBack(ronde: Ronde, child: ChildHeader): { readonly href: string; readonly name: string } {
  const office = ronde.me?.role === "coordinator" || ronde.me?.role === "secretary";
  if (office || child.circle === null) return { href: `/coordination/children/${child.id}`, name: t("Fiche de l'enfant") };
  return { href: `/circles/${child.circle}/members`, name: t("Le cercle") };
}

function options({ ronde, again }: PageContext, { pathway, structures, people }: Around, writes: boolean): Parameters<typeof standingSection>[1] {
  return {
    ronde,
    exits: pathway.exits,
    structures,
    people,
    undoneDays: undoneDays(pathway),
    writes,
    takesBack: ronde.me?.role === "coordinator",
    done: (words) => {
      toast(words);
      again();
    },
  };
}

function undoneDays({ parameters }: Pathway): number | null {
  return parameters["departure_undone_days"]?.value ?? null;
}

/** A child who is in the pathway: the form comes with the click. */
function staying(context: PageContext, around: Around, writes: boolean): HTMLElement {
  const place = h("section", { class: "stack" });
  const words = h(
    "p",
    null,
    around.child.stage === "exit"
      ? t("Le cercle de l'enfant est fermé, mais aucune sortie n'est écrite. Écrivez-la pour que le jour, le motif et le relais soient connus.")
      : t("L'enfant est suivi dans le parcours. Une sortie se décide avec la famille ; elle arrête les soins du parcours et prépare le relais."),
  );
  if (!writes || around.child.included_on === null) {
    const why = around.child.included_on === null ? t("L'enfant n'est pas encore inclus : il n'y a pas de sortie à écrire.") : t("Une sortie s'écrit par la coordination ou par le médecin référent.");
    return fill(place, h("div", { class: "card" }, words, h("p", { class: "small soft" }, why)));
  }
  const begin: HTMLButtonElement = h("button", { class: "button button-primary", type: "button" }, t("Préparer la sortie"));
  begin.addEventListener("click", () => void open(context, around, place));
  return fill(place, h("div", { class: "card" }, words, h("div", { class: "button-row" }, begin)));
}

async function open({ ronde, again }: PageContext, around: Around, place: HTMLElement): Promise<void> {
  const { child, people, pathway, structures, departures } = around;
  try {
    const [{ FarewellForm }, { named }] = await Promise.all([import("../departure/farewell.ts"), import("../departure/loose_ends.ts")]);
    const ends = await named(ronde, child.id, departures.loose_ends, pathway.disciplines);
    const done = (): void => {
      toast(t("La sortie est enregistrée."));
      again();
    };
    fill(place, new FarewellForm({ ronde, child, people, pathway, structures, ends, undoneDays: undoneDays(pathway), done }).element);
    place.querySelector("select")?.focus();
  } catch (error) {
    toast(said(error));
  }
}

function takenBack(items: readonly DepartureView[], people: People): Child {
  const gone = items.filter(({ stands }) => !stands);
  if (gone.length === 0) return null;
  return h(
    "section",
    { class: "section" },
    h("h2", { class: "section-title" }, t("Sorties annulées")),
    h(
      "ul",
      { class: "list card card-flush" },
      gone.map((each) =>
        h(
          "li",
          { class: "list-row" },
          h("span", { class: "list-main" }, h("span", { class: "list-title" }, t("Sortie du {day}", { day: dateOf(each.on) })), each.taken_back !== null && h("span", { class: "list-note" }, t("annulée par {who} : {why}", { who: people.name(each.taken_back.by), why: each.taken_back.reason }))),
        ),
      ),
    ),
  );
}
