/** A child's file as the office keeps it: the way into the pathway, appointments, family, birth. */

import type { ChildId } from "../../core/ids.ts";
import { ageWords, childName } from "../circle/naming.ts";
import { type ChildFile, childSteps } from "../coordination/child_steps.ts";
import { familySection } from "../coordination/family.ts";
import { notYours } from "../coordination/office.ts";
import { colleaguesOf, peopleAmong, physicians } from "../coordination/people.ts";
import { powersOf } from "../coordination/powers.ts";
import type { FactsForm } from "../coordination/facts.ts";
import type { ChildRecord, Colleague, ConsentView, EligibilityView, PathwayRules } from "../coordination/served.ts";
import { visitsOf, visitsSection } from "../coordination/visits.ts";
import { dateOf } from "../dates.ts";
import { fill, h } from "../dom.ts";
import { icon } from "../icons.ts";
import { stageWord } from "../nomenclature.ts";
import { fullName } from "../parts/avatar.ts";
import { subpage } from "../parts/subpage.ts";
import type { Page, PageContext } from "../router.ts";
import type { ChildHeader } from "../served.ts";
import { toast } from "../toast.ts";
import { t } from "../words.ts";

export async function coordinationChildPage(context: PageContext): Promise<Page> {
  const { ronde, place, signal, filter } = context;
  const powers = powersOf(ronde.me?.role);
  if (!powers.children) return { title: t("Enfants"), element: notYours() };
  const id = place.params["child"] as ChildId;
  const [file, colleagues] = await Promise.all([fileOf(context, id, powers.decide), colleaguesOf(ronde, signal)]);
  const visits = await visitsOf(ronde, file.header, signal);
  const birth = birthSection(context, file.child);
  const choosePhysician = async (): Promise<void> =>
    (await corrections()).openPhysician(ronde, file.child, physicians(colleagues), context.again);
  const dates = visitsSection({ ronde, child: file.header, people: peopleAmong(colleagues), visits, changed: context.again });
  const element = subpage(
    { href: "/coordination/children", name: t("Enfants") },
    childName(file.header),
    [ageWords(file.header), stageWord(file.header.stage)].join(" · "),
    file.header.included_on !== null && waysOn(context, file.header),
    await childSteps(file, { context, decides: powers.decide, ask: birth.ask, choosePhysician: () => void choosePhysician() }),
    dates.element,
    familySection(ronde, file.child, context.again),
    toldPlace(context, id),
    identitySection(context, file, colleagues, choosePhysician),
    birth.element,
  );
  const asked: Readonly<Record<string, () => unknown>> = {
    physician: choosePhysician,
    identity: async () => (await corrections()).openIdentity(ronde, file.child, context.again),
    consent: async () => powers.decide && (await import("../coordination/consent_dialog.ts")).openConsent(ronde, file.child, context.again),
  };
  const arrived = (): void => {
    const [edit, fact, visit] = ["edit", "fact", "book"].map((name) => place.query.get(name));
    // Once is enough: what was asked for by the address is not asked anew after it is answered.
    filter({ edit: null, fact: null, book: null });
    void asked[edit ?? ""]?.();
    if (fact != null) birth.ask(fact);
    if (visit != null) dates.book(visit);
    if (["appointments", "family"].includes(place.token)) element.querySelector<HTMLElement>(`#${place.token}`)?.scrollIntoView();
  };
  return { title: t("Fiche d'un enfant"), element, arrived };
}

/** What the family was told comes in by itself: the page waits neither for it nor for its parts. */
function toldPlace({ ronde, place }: PageContext, id: ChildId): HTMLElement {
  const told = h("div", null);
  const draw = async (): Promise<void> => {
    const { toldSection } = await import("../sending/of_child.ts");
    fill(told, toldSection(ronde, id));
    if (place.token === "told") told.scrollIntoView();
  };
  draw().catch(() => fill(told, h("p", { class: "soft" }, t("Le serveur ne répond pas. Vérifiez votre connexion, puis réessayez."))));
  return told;
}

/** From the file to what the child's circle sees of it; whoever is not in the circle stays at the office. */
function waysOn({ ronde, signal }: PageContext, header: ChildHeader): HTMLElement {
  const isInside = (): boolean => ronde.circles.some(({ id }) => id === header.circle);
  let inside = isInside();
  const element = h("div", null, waysFrom(header, inside));
  // A circle that somebody is let into this minute opens once their device has heard of it.
  const heard = ronde.on("circle", () => {
    if (inside === isInside()) return;
    inside = isInside();
    fill(element, waysFrom(header, inside));
  });
  signal.addEventListener("abort", heard);
  return element;
}

function waysFrom({ id, circle, stage }: ChildHeader, inside: boolean): HTMLElement {
  const link = (words: string, name: string): HTMLElement =>
    h("a", { class: "button button-small", href: inside ? `/circles/${circle}/${name}` : `/coordination/${name}/${id}` }, words);
  return h(
    "nav",
    { class: "row", "aria-label": t("Le dossier de l'enfant") },
    inside && h("a", { class: "button button-small", href: `/circles/${circle}` }, t("Discussion")),
    link(t("Parcours"), "pathway"),
    link(t("Croissance"), "growth"),
    stage !== "exit" && link(t("Écrire un document"), "write"),
  );
}

async function fileOf({ ronde }: PageContext, id: ChildId, decides: boolean): Promise<ChildFile> {
  const get = async <T>(path: string): Promise<T> => (await ronde.api.read<T>(path)).value;
  const [header, child, consent, rules, eligibility] = await Promise.all([
    get<ChildHeader>(`/children/${id}/header`),
    get<ChildRecord>(`/children/${id}`),
    get<ConsentView>(`/children/${id}/consent`),
    get<PathwayRules>("/pathway"),
    decides ? get<EligibilityView>(`/children/${id}/eligibility`) : null,
  ]);
  return { header, child, consent, rules, eligibility };
}

function identitySection(context: PageContext, { child }: ChildFile, colleagues: readonly Colleague[], choosePhysician: () => unknown): HTMLElement {
  const { identity, referring_physician: referring } = child;
  const physician = colleagues.find((each) => each.id === referring);
  const fact = (name: string, value: string): HTMLElement => h("div", null, h("dt", null, name), h("dd", null, value));
  const button = (words: string, run: () => void): HTMLElement => h("button", { class: "button button-small", type: "button", onclick: run }, words);
  return h(
    "section",
    { class: "card" },
    h("h2", { class: "section-title" }, t("Identité et suivi")),
    h(
      "dl",
      { class: "facts" },
      fact(t("Prénoms"), identity.birth_given_names.join(", ")),
      fact(t("Nom de naissance"), identity.birth_family_name),
      fact(t("Naissance"), dateOf(identity.birth_date)),
      fact(t("Numéro de dossier"), child.local_identifier),
      fact(t("Médecin référent"), physician === undefined ? t("à choisir") : fullName(physician)),
    ),
    h(
      "div",
      { class: "button-row" },
      button(t("Corriger l'identité"), async () => (await corrections()).openIdentity(context.ronde, child, context.again)),
      button(referring === null ? t("Choisir le médecin référent") : t("Changer de médecin référent"), choosePhysician),
      h("a", { class: "button button-small button-quiet", href: `/children/${child.id}/departure` }, t("Sortie du parcours et relais")),
    ),
  );
}

/** What corrects a file, loaded when somebody corrects one. */
async function corrections(): Promise<typeof import("../coordination/corrections.ts")> {
  return await import("../coordination/corrections.ts");
}

/** The facts of birth, folded, and loaded when somebody unfolds them; `ask` does so at one of them. */
function birthSection(context: PageContext, child: ChildRecord): { readonly element: HTMLElement; readonly ask: (fact: string) => void } {
  const save = async (perinatal: Readonly<Record<string, unknown>>): Promise<void> => {
    await context.ronde.api.ask("PATCH", `/children/${child.id}`, { perinatal });
    toast(t("C'est enregistré."));
    context.again();
  };
  const element = h(
    "details",
    { class: "card" },
    h("summary", { class: "section-title" }, icon("document", "small"), t("La naissance, pour les critères")),
  );
  const unfolded = async (): Promise<FactsForm> => {
    const { FactsForm: Form } = await import("../coordination/facts.ts");
    return new Form(child.perinatal, save);
  };
  let form: Promise<FactsForm> | null = null;
  const facts = async (): Promise<FactsForm> => {
    form ??= unfolded();
    const made = await form;
    if (!element.contains(made.element)) element.append(made.element);
    return made;
  };
  element.addEventListener("toggle", () => void facts());
  const ask = async (fact: string): Promise<void> => {
    element.open = true;
    (await facts()).focus(fact);
  };
  return { element, ask: (fact) => void ask(fact) };
}
