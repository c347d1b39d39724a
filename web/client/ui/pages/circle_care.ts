/** The early care of a child: what was prescribed, how far it is, and what each may do about it. */

import { ClaimCard } from "../care/claim_card.ts";
import type { HolderGiven } from "../care/deciding.ts";
import { forfaitCard } from "../care/forfait_card.ts";
import { prescriptionRow } from "../care/prescription_row.ts";
import { askButton } from "../care/refusal.ts";
import { Claims } from "../care/sending.ts";
import type { EarlyCare, ForfaitView, PrescriptionView, SessionView } from "../care/served.ts";
import { earlyCareOf } from "../care/terms.ts";
import { disciplineWord } from "../care/words.ts";
import { type CircleFrame, circleFrame } from "../circle/frame.ts";
import { childName } from "../circle/naming.ts";
import { dressed } from "../clothes.ts";
import type { Option } from "../coordination/fields.ts";
import { type Child, fill, h } from "../dom.ts";
import { icon } from "../icons.ts";
import type { Page, PageContext } from "../router.ts";
import type { Listing, MemberForm } from "../served.ts";
import { toast } from "../toast.ts";
import { t } from "../words.ts";

/** Draw the page. */
export async function circleCarePage(context: PageContext): Promise<Page> {
  const frame = await circleFrame(context, "care");
  const { ronde } = context;
  const desk = new CareDesk(context, frame, await earlyCareOf(ronde), await Claims.of(ronde));
  await desk.read();
  return {
    title: childName(frame.glance.child),
    element: h("div", { class: "circle" }, frame.header, h("div", { class: "page" }, desk.element)),
  };
}

class CareDesk {
  readonly element = h("div", { class: "stack-loose" });
  readonly #context: PageContext;
  readonly #frame: CircleFrame;
  readonly #care: EarlyCare;
  readonly #claims: Claims;
  readonly #me: MemberForm | undefined;
  #prescriptions: readonly PrescriptionView[] = [];
  #forfaits: readonly ForfaitView[] = [];
  #fresh = true;
  #cards: readonly ClaimCard[] = [];

  constructor(context: PageContext, frame: CircleFrame, care: EarlyCare, claims: Claims) {
    this.#context = context;
    this.#frame = frame;
    this.#care = care;
    this.#claims = claims;
    this.#me = frame.glance.members.find((each) => each.professional === context.ronde.me?.professional);
    claims.watch(context.signal, (known) => {
      if (known === null) return this.#cards.forEach((each) => each.draw());
      this.#forfaits = this.#forfaits.map((each) => (each.id === known.id ? known : each));
      const held = this.#cards.find(({ element }) => element.contains(document.activeElement))?.forfait.id;
      this.#draw();
      this.#cards.find(({ forfait }) => forfait.id === held)?.focus();
    });
  }

  /** Read what stands, and draw it. */
  async read(): Promise<void> {
    const { api } = this.#context.ronde;
    const child = `/children/${this.#frame.glance.child.id}`;
    const [prescriptions, forfaits] = await Promise.all([
      api.read<Listing<PrescriptionView>>(`${child}/prescriptions`),
      api.read<Listing<ForfaitView>>(`${child}/forfaits`),
    ]);
    this.#prescriptions = prescriptions.value.items;
    this.#forfaits = forfaits.value.items;
    this.#fresh = prescriptions.fresh && forfaits.fresh;
    if (!this.#context.signal.aborted) this.#draw();
  }

  #draw(): void {
    const running = this.#forfaits.filter((each) => each.closing === null);
    const over = this.#forfaits.filter((each) => each.closing !== null);
    const waiting = this.#prescriptions.filter((each) => each.state === "signed").reverse();
    const past = this.#prescriptions.filter((each) => each.state !== "signed").reverse();
    this.#cards = [];
    fill(
      this.element,
      !this.#fresh && h("p", { class: "banner banner-warm" }, icon("offline"), t("Vous voyez ce que ce navigateur a gardé.")),
      this.#prescribes() && h("div", { class: "row-end" }, this.#prescribeButton(null, "button button-primary", t("Prescrire"))),
      this.#forfaits.length + this.#prescriptions.length === 0 && this.#nothing(),
      section(t("Prescriptions à ouvrir"), waiting.length > 0 && this.#list(waiting)),
      section(t("Soins en cours"), running.length > 0 && h("div", { class: "stack" }, running.map((each) => this.#forfait(each)))),
      section(t("Soins terminés"), over.length > 0 && h("div", { class: "stack" }, over.map((each) => this.#forfait(each)))),
      past.length > 0 && h("details", { class: "card" }, h("summary", { class: "strong" }, t("Toutes les prescriptions")), this.#list(past)),
    );
  }

  #list(prescriptions: readonly PrescriptionView[]): HTMLElement {
    const rows = prescriptions.map((each) => prescriptionRow(each, this.#care, this.#frame.people, this.#prescriptionActs(each)));
    return h("ul", { class: "list card card-flush" }, rows);
  }

  #prescriptionActs(prescription: PrescriptionView): Child {
    if (prescription.state !== "signed") return null;
    const { ronde } = this.#context;
    const name = disciplineWord(this.#care, prescription.discipline);
    const before = this.#forfaits.some((each) => each.discipline === prescription.discipline && (each.closing === null || each.done > 0));
    const holder = { ...this.#holder(prescription.discipline, prescription.professional), done: () => this.#changed(t("Le forfait est ouvert.")) };
    const open = async (): Promise<void> => (await deciding()).openOpening(holder, prescription, before);
    const cancel = async (): Promise<void> => (await deciding()).openCancelling(ronde, prescription, name, () => this.#changed(t("La prescription est annulée.")));
    const acts = [
      this.#decides() && h("button", { class: "button button-primary", type: "button", onclick: open }, before ? t("Renouveler le forfait") : t("Ouvrir le forfait")),
      this.#prescribes() && h("button", { class: "button button-quiet", type: "button", onclick: cancel }, t("Annuler la prescription")),
    ].filter((each) => each !== false);
    return acts.length === 0 ? null : acts;
  }

  #forfait(forfait: ForfaitView): HTMLElement {
    return forfaitCard(forfait, {
      care: this.#care,
      people: this.#frame.people,
      me: this.#me?.professional ?? null,
      acts: this.#forfaitActs(forfait),
      next: this.#next(forfait),
      correct: (session) => this.#correct(forfait, session),
      claim: this.#claim(forfait),
    });
  }

  #forfaitActs(forfait: ForfaitView): Child {
    if (!this.#decides() || forfait.closing !== null) return null;
    const { ronde } = this.#context;
    const name = disciplineWord(this.#care, forfait.discipline);
    const holder = { ...this.#holder(forfait.discipline, forfait.professional), done: () => this.#changed(t("C'est noté.")) };
    const close = async (): Promise<void> => (await deciding()).openClosing(ronde, forfait, name, () => this.#changed(t("Le forfait est fermé.")));
    const assign = async (): Promise<void> => (await deciding()).openAssigning(holder, forfait);
    return [
      h("button", { class: "button", type: "button", onclick: assign }, forfait.professional === null ? t("Attribuer") : t("Changer de professionnel")),
      h("button", { class: "button button-quiet", type: "button", onclick: close }, t("Fermer le forfait")),
    ];
  }

  /** Near its end: the review for whoever holds it, the prescription for the physician, a word to them for others. */
  #next(forfait: ForfaitView): Child {
    const over = forfait.left === 0 || forfait.state !== "open";
    const followed = this.#prescriptions.some((each) => each.state === "signed" && each.discipline === forfait.discipline);
    if (followed) return h("p", { class: "small" }, t("La suite est prescrite."));
    if (this.#prescribes()) return this.#prescribeButton(forfait.discipline, "button button-small", t("Prescrire la suite"));
    const { ronde, go } = this.#context;
    const name = disciplineWord(this.#care, forfait.discipline);
    const words = t("le forfait « {name} » est fini. Pouvez-vous prescrire la suite, si elle est utile ?", { name });
    return [
      forfait.review_form !== null && this.#holds(forfait) && h("a", { class: "button button-small", href: `/circles/${this.#frame.circle}/documents` }, t("Écrire le bilan")),
      over && askButton({ ronde, circle: this.#frame.circle, go }, "physician", words),
    ];
  }

  #claim(forfait: ForfaitView): HTMLElement | null {
    if (!this.#holds(forfait) || forfait.closing !== null) return null;
    const { ronde, go } = this.#context;
    const card = new ClaimCard(forfait, { ronde, go, care: this.#care, claims: this.#claims, all: () => this.#forfaits, child: null });
    this.#cards = [...this.#cards, card];
    return card.element;
  }

  #correct(forfait: ForfaitView, session: SessionView): Child {
    const mine = session.professional === this.#me?.professional;
    if (!mine && !this.#decides()) return null;
    const open = async (): Promise<void> => (await deciding()).openCorrecting(this.#context.ronde, forfait, session, () => this.#changed(t("La séance est retirée.")));
    return h("button", { class: "link-button small", type: "button", onclick: open }, t("Retirer cette séance"));
  }

  #prescribeButton(begins: string | null, look: string, label: string): HTMLElement {
    const open = async (): Promise<void> =>
      (await dressed(import("../care/prescribing.ts"))).openPrescribing({
        ronde: this.#context.ronde,
        child: this.#frame.glance.child.id,
        care: this.#care,
        begins,
        people: (profession) => this.#people(profession),
        done: () => this.#changed(t("La prescription est signée. La coordination ouvre le forfait.")),
      });
    return h("button", { class: look, type: "button", onclick: open }, icon("plus", "small"), label);
  }

  #holder(discipline: string, holder: ForfaitView["professional"]): Omit<HolderGiven, "done"> {
    const profession = this.#care.disciplines.find((each) => each.code === discipline)?.profession ?? "";
    return { ronde: this.#context.ronde, name: disciplineWord(this.#care, discipline), people: this.#people(profession), holder };
  }

  #people(profession: string): readonly Option[] {
    return this.#frame.glance.members
      .filter((each) => each.profession === profession)
      .map((each) => ({ value: each.professional, label: this.#frame.people.name(each.professional) }));
  }

  #changed(sentence: string): void {
    toast(sentence);
    void this.read();
  }

  #holds(forfait: ForfaitView): boolean {
    const profession = this.#care.disciplines.find((each) => each.code === forfait.discipline)?.profession;
    const theirs = forfait.professional === null || forfait.professional === this.#me?.professional;
    return theirs && this.#me?.profession !== undefined && this.#me.profession === profession;
  }

  #prescribes(): boolean {
    const me = this.#me;
    if (me === undefined || me.profession === null || this.#frame.glance.closed_at !== null) return false;
    return me.professional === this.#frame.glance.child.referring_physician || this.#care.rules.prescribers.includes(me.profession ?? "");
  }

  #decides(): boolean {
    return this.#context.ronde.me?.role === "coordinator" && this.#frame.glance.closed_at === null;
  }

  #nothing(): HTMLElement {
    const words = this.#prescribes()
      ? t("Prescrivez en une minute : le soin, pourquoi, combien de séances. La coordination ouvre le forfait.")
      : t("Le médecin qui suit l'enfant prescrit, la coordination ouvre le forfait, les séances s'inscrivent ici.");
    return h("div", { class: "empty" }, icon("heart"), h("p", { class: "empty-title" }, t("Aucun soin précoce pour l'instant")), h("p", null, words));
  }
}

/** The dialogs, with the first of them. */
async function deciding(): Promise<typeof import("../care/deciding.ts")> {
  return await dressed(import("../care/deciding.ts"));
}

function section(title: string, body: Child): Child {
  return body === false ? null : h("section", { class: "section" }, h("h2", { class: "section-title" }, title), body);
}
