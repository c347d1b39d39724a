/** One of the network: account, identity and convention, as steps that lead into the circles. */

import type { ProfessionalId } from "../../core/ids.ts";
import { isKnown } from "../coordination/admission.ts";
import { type ConventionOptions, conventionSteps, isOver } from "../coordination/convention.ts";
import { invite } from "../coordination/invitation.ts";
import { notYours } from "../coordination/office.ts";
import { type Step, leadingSteps } from "../coordination/path.ts";
import { colleagueOf } from "../coordination/people.ts";
import { powersOf } from "../coordination/powers.ts";
import type { Colleague, ConventionForm, PathwayRules, ProfessionalRecord, Structure } from "../coordination/served.ts";
import { callLink, mailLink } from "../coordination/reach.ts";
import { accountWord, devicesWord } from "../coordination/words.ts";
import { dateOf } from "../dates.ts";
import { type Child, h } from "../dom.ts";
import { said } from "../faults.ts";
import { busy } from "../busy.ts";
import { professionWord } from "../nomenclature.ts";
import { fullName } from "../parts/avatar.ts";
import { subpage } from "../parts/subpage.ts";
import type { Page, PageContext } from "../router.ts";
import { toast } from "../toast.ts";
import { t } from "../words.ts";

type File = {
  readonly colleague: Colleague;
  readonly person: ProfessionalRecord;
  readonly conventions: readonly ConventionForm[];
  readonly structure: Structure | null;
  readonly rules: PathwayRules;
};

export async function coordinationProfessionalPage(context: PageContext): Promise<Page> {
  const { ronde, place, filter } = context;
  const powers = powersOf(ronde.me?.role);
  if (!powers.children && !powers.people) return { title: t("Professionnels"), element: notYours() };
  const file = await fileOf(context, place.params["professional"] as ProfessionalId);
  const { person } = file;
  const element = subpage(
    { href: "/coordination/professionals", name: t("Professionnels") },
    fullName(person),
    professionWord(person.profession, person.role),
    leadingSteps([accountStep(context, file), identityStep(context, file)], t("Compte et identité")),
    file.colleague.convention !== null && conventionSection(context, file),
    facts(file),
  );
  // Whoever was just registered is invited at once; a reload does not invite anew.
  const arrived = (): void => {
    if (place.query.get("invite") === null) return;
    filter({ invite: null });
    if (powers.people) void inviteThem(context, person);
  };
  return { title: t("Fiche d'un professionnel"), element, arrived };
}

async function fileOf({ ronde }: PageContext, id: ProfessionalId): Promise<File> {
  const get = async <T>(path: string): Promise<T> => (await ronde.api.read<T>(path)).value;
  const [colleague, person, held, rules] = await Promise.all([
    colleagueOf(ronde, id),
    get<ProfessionalRecord>(`/professionals/${id}`),
    get<{ conventions: ConventionForm[] }>(`/professionals/${id}/conventions`),
    get<PathwayRules>("/pathway"),
  ]);
  const structure = person.structure === null ? null : await get<Structure>(`/structures/${person.structure}`);
  return { colleague, person, conventions: held.conventions, structure, rules };
}

async function inviteThem(context: PageContext, person: ProfessionalRecord): Promise<void> {
  await invite(context.ronde, person, context.again).catch((error: unknown) => toast(said(error)));
}

function accountStep(context: PageContext, { colleague, person }: File): Step {
  const may = powersOf(context.ronde.me?.role).people && colleague.account !== "active";
  const words = colleague.account === "none" ? t("Inviter") : t("Refaire une invitation");
  const look = colleague.account === "none" ? "button button-primary" : "button button-small";
  const button = h("button", { class: look, type: "button" }, h("span", null, words));
  button.addEventListener("click", () => void busy(button, inviteThem(context, person)));
  return {
    state: colleague.account === "active" ? "done" : colleague.account === "closed" ? "stopped" : "now",
    title: t("Compte"),
    note: h("p", null, accountWord(colleague.account), colleague.account === "active" && ` · ${devicesWord(colleague.devices)}`),
    acts: may && button,
  };
}

function identityStep({ ronde }: PageContext, { colleague, person }: File): Step {
  const decides = powersOf(ronde.me?.role).decide;
  const title = t("Identité");
  const link = (words: string, look: string): HTMLElement => h("a", { class: look, href: `/coordination/attest/${colleague.id}` }, words);
  if (colleague.attested) {
    const on = person.attestation?.at;
    return {
      state: "done",
      title,
      note: h("p", null, on === undefined ? t("Vérifiée.") : t("Vérifiée le {day}.", { day: dateOf(on) })),
      acts: decides && colleague.id !== ronde.me?.professional && [
        colleague.role === "coordinator" && !isKnown(ronde, colleague.id) && link(t("Comparer à votre tour"), "button button-small"),
        link(t("La personne a tout perdu et repart de zéro"), "small office-mend"),
      ],
    };
  }
  const ready = colleague.devices > 0;
  return {
    state: ready ? "now" : "later",
    title,
    note: h("p", null, ready ? t("À comparer avec la personne, de vive voix ou face à face.") : t("Quand son premier appareil est prêt.")),
    acts: decides && ready && link(t("Vérifier l'identité"), "button button-primary"),
  };
}

function conventionSection(context: PageContext, file: File): HTMLElement {
  const decides = powersOf(context.ronde.me?.role).decide;
  const options: ConventionOptions = { ronde: context.ronde, rules: file.rules, decides, changed: context.again };
  const current = file.conventions.filter((each) => !isOver(each));
  const over = file.conventions.filter(isOver);
  return h(
    "section",
    { class: "section" },
    h("h2", { class: "section-title" }, t("Convention")),
    current.map((each) => conventionSteps(each, options)),
    current.length === 0 && begin(context, file, decides),
    over.length > 0 && h("p", { class: "small soft" }, t("Terminée le {day}", { day: over.map((each) => dateOf(each.active_to ?? "")).join(", ") })),
  );
}

function begin(context: PageContext, { person, conventions }: File, decides: boolean): Child {
  const button = h("button", { class: "button button-primary", type: "button" }, h("span", null, t("Commencer une convention")));
  const propose = async (): Promise<void> => {
    await context.ronde.api.ask("POST", `/professionals/${person.id}/conventions`);
    context.again();
  };
  button.addEventListener("click", () => void busy(button, propose()).catch((error: unknown) => toast(said(error))));
  return [
    h("p", { class: "soft" }, conventions.length === 0 ? t("Pas encore de convention : sans elle, personne n'entre dans un cercle.") : t("Plus aucune convention n'est en vigueur.")),
    decides && h("div", null, button),
  ];
}

function facts({ person, structure }: File): HTMLElement {
  const fact = (name: string, value: Child): HTMLElement => h("div", null, h("dt", null, name), h("dd", null, value));
  return h(
    "section",
    { class: "card" },
    h("h2", { class: "section-title" }, t("Coordonnées")),
    h(
      "dl",
      { class: "facts" },
      fact(t("Courriel"), mailLink(person.email)),
      person.phone !== null && fact(t("Téléphone"), callLink(person.phone)),
      person.rpps !== null && fact(t("Numéro RPPS"), person.rpps),
      structure !== null && fact(t("Structure"), structure.name),
    ),
  );
}
