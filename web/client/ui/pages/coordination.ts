/** The coordination's first page: what needs somebody now, each line leading to what mends it. */

import type { ProfessionalId } from "../../core/ids.ts";
import { childName } from "../circle/naming.ts";
import { type Line, needSection } from "../coordination/lines.ts";
import { appointmentLine, failedLines, taskLine, visitLine } from "../coordination/lateness.ts";
import { toInclude, uninvited, unsigned, unverified, withoutCircle, withoutPhysician } from "../coordination/needs.ts";
import { type Waiting, newcomersIn } from "../coordination/newcomers.ts";
import { notYours } from "../coordination/office.ts";
import { officePage } from "../coordination/office_page.ts";
import { Paged } from "../coordination/paged.ts";
import { PROFESSIONALS } from "../coordination/people.ts";
import { powersOf } from "../coordination/powers.ts";
import { refill } from "../coordination/refill.ts";
import type { Colleague, FailedNotice, Lateness } from "../coordination/served.ts";
import { accountWord } from "../coordination/words.ts";
import { ageOf, shortDay } from "../dates.ts";
import { type Child, fill, h } from "../dom.ts";
import { said } from "../faults.ts";
import { icon } from "../icons.ts";
import { footingWord, professionWord } from "../nomenclature.ts";
import { avatar, fullName } from "../parts/avatar.ts";
import type { Page, PageContext } from "../router.ts";
import type { ChildHeader } from "../served.ts";
import { t } from "../words.ts";

/** Draw the page; lines come in as the lists are read. */
export function coordinationPage(context: PageContext): Page {
  const { ronde } = context;
  const title = t("Coordination");
  const powers = powersOf(ronde.me?.role);
  if (!powers.children && !powers.people) return { title, element: notYours() };
  const desk = new Desk(context);
  return {
    title,
    element: officePage(context, "start", { title, body: desk.element }),
    arrived: () => void desk.read(),
  };
}

class Desk {
  readonly element = h("div", { class: "desk" });
  readonly #context: PageContext;
  readonly #colleagues: Paged<Colleague>;
  readonly #files: Paged<Lateness>;
  readonly #failed: Paged<FailedNotice>;
  readonly #duties = h("div", { class: "office-slot" });
  #newcomers: readonly Waiting[] = [];
  #reading = true;
  #fault: string | null = null;

  constructor(context: PageContext) {
    const { ronde } = context;
    this.#context = context;
    this.#colleagues = new Paged(ronde, PROFESSIONALS);
    this.#files = new Paged(ronde, "/coordination/desk");
    this.#failed = new Paged(ronde, "/notices/failed");
    this.#draw();
  }

  /** Read all lists and draw after each page. */
  async read(): Promise<void> {
    const { ronde, signal } = this.#context;
    const drawn = (): void => this.#draw();
    const powers = powersOf(ronde.me?.role);
    const lists: Paged<unknown>[] = powers.children
      ? [this.#colleagues, this.#files, this.#failed]
      : [this.#colleagues];
    if (powers.children) this.#readDuties().catch(() => undefined);
    try {
      await Promise.all(lists.map((each) => each.all(signal, drawn)));
      this.#newcomers = await newcomersIn(ronde, this.#colleagues.items, signal);
    } catch (error) {
      this.#fault = said(error);
    }
    this.#reading = false;
    if (!signal.aborted) this.#draw();
  }

  /** What the pathway asks of the office stands first, whatever the lists below say. */
  async #readDuties(): Promise<void> {
    const { dutiesOfOffice } = await import("../coordination/duty_lines.ts");
    fill(this.#duties, await dutiesOfOffice(this.#context.ronde));
    this.#draw();
  }

  #draw(): void {
    const parts = [...this.#aboutPeople(), ...this.#aboutChildren()].filter((each) => each !== null);
    refill(
      this.element,
      this.#fault !== null && h("p", { class: "banner banner-warm", role: "alert" }, icon("warning"), this.#fault),
      this.#duties,
      parts,
      this.#reading && h("p", { class: "waiting", role: "status" }, h("span", { class: "spinner" }), t("Un instant, nous regardons tous les dossiers.")),
      !this.#reading && parts.length + this.#duties.childElementCount === 0 && this.#fault === null && upToDate(),
    );
  }

  #aboutPeople(): (HTMLElement | null)[] {
    const { me } = this.#context.ronde;
    const colleagues = this.#colleagues.items;
    const decides = powersOf(me?.role).decide;
    return [
      needSection({
        title: t("Identités à vérifier"),
        note: t("Cinq minutes ensemble, de vive voix ou face à face : ensuite la personne peut entrer dans un cercle."),
        all: "/coordination/professionals?show=identity",
        lines: decides ? unverified(colleagues, me?.professional).map((each) => identityLine(each, me?.professional)) : [],
      }),
      needSection({
        title: t("Comptes jamais ouverts"),
        all: "/coordination/professionals?show=account",
        lines: uninvited(colleagues).map((each) => personLine(each, accountWord(each.account))),
      }),
      needSection({
        title: t("Conventions à suivre"),
        all: "/coordination/professionals?show=convention",
        lines: unsigned(colleagues).map((each) => personLine(each, conventionNote(each))),
      }),
    ];
  }

  #aboutChildren(): (HTMLElement | null)[] {
    const children = this.#files.items.map((each) => each.child);
    const names = new Map(children.map((each) => [each.id, childName(each)] as const));
    const decides = powersOf(this.#context.ronde.me?.role).decide;
    return [
      needSection({ title: t("Familles à appeler"), note: t("Un avis de rendez-vous n'est pas arrivé."), lines: failedLines(this.#failed.items, names) }),
      needSection({ title: t("En retard"), all: "/coordination/board?finding=visit_late", lines: this.#files.items.flatMap((each) => each.child.late_visits.map((visit) => visitLine(each.child, visit))) }),
      needSection({
        title: t("Rendez-vous à confirmer ou à refixer"),
        all: "/coordination/board?finding=appointment_unsettled",
        lines: this.#files.items.flatMap((each) => each.appointments.map((appointment) => appointmentLine(each.child, appointment))),
      }),
      needSection({ title: t("Tâches en retard"), lines: this.#files.items.flatMap((each) => each.tasks.map((task) => taskLine(each.child, task))) }),
      needSection({ title: t("Enfants à inclure"), all: "/coordination/children?show=inclusion", lines: toInclude(children).map((each) => childLine(each, "child")) }),
      needSection({
        title: t("Cercles à composer"),
        all: "/coordination/children?show=circle",
        lines: decides ? withoutCircle(children).map((each) => childLine(each, "circle")) : [],
      }),
      needSection({
        title: t("Pas encore dans la discussion"),
        note: t("Ces personnes sont du cercle, mais leur appareil est arrivé après."),
        lines: this.#newcomers.map((each) => this.#newcomerLine(each)).filter((each) => each !== null),
      }),
      needSection({
        title: t("Sans médecin référent"),
        all: "/coordination/children?show=physician",
        lines: withoutPhysician(children).map((each) => childLine(each, "physician")),
      }),
    ];
  }

  #newcomerLine({ circle, professional }: Waiting): Line | null {
    const who = this.#colleagues.items.find((each) => each.id === professional);
    const child = this.#files.items.find((each) => each.child.circle === circle)?.child;
    if (who === undefined || child === undefined) return null;
    return { ...personLine(who, t("Cercle de {name}", { name: childName(child) })), href: `/coordination/circles/${child.id}` };
  }
}

function personLine(colleague: Colleague, note: string): Line {
  return {
    href: `/coordination/professionals/${colleague.id}`,
    lead: avatar(colleague, { id: colleague.id }),
    title: fullName(colleague),
    note: [professionWord(colleague.profession, colleague.role), note].join(" · "),
  };
}

function identityLine(colleague: Colleague, me: ProfessionalId | undefined): Line {
  const note = colleague.id === me ? t("Vous : à faire avant tout le reste") : t("Son appareil est prêt");
  return { ...personLine(colleague, note), href: `/coordination/attest/${colleague.id}` };
}

function conventionNote(colleague: Colleague): string {
  const { convention, active_to: end } = colleague;
  if (convention === "active" && end !== null) return t("jusqu'au {day}", { day: shortDay(end) });
  return convention === null ? "" : footingWord(convention);
}

function childLine(child: ChildHeader, where: "child" | "circle" | "physician"): Line {
  const place = where === "circle" ? "circles" : "children";
  return {
    href: `/coordination/${place}/${child.id}${where === "physician" ? "?edit=physician" : ""}`,
    lead: "circles",
    title: childName(child),
    note: ageOf(child.birth_date),
  };
}

function upToDate(): Child {
  return h(
    "div",
    { class: "empty" },
    icon("check"),
    h("p", { class: "empty-title" }, t("Tout est à jour")),
    h("p", null, t("Personne n'attend la coordination. Vous pouvez fermer cette page.")),
    h(
      "div",
      { class: "button-row" },
      h("a", { class: "button", href: "/coordination/children" }, t("Voir les enfants")),
      h("a", { class: "button", href: "/coordination/professionals" }, t("Voir les professionnels")),
    ),
  );
}
