/** One meeting: what it is about, its minutes, and the tasks that its decisions became. */

import { circleFrame, type CircleFrame } from "../circle/frame.ts";
import { childName } from "../circle/naming.ts";
import { dayAndTime } from "../dates.ts";
import { confirm } from "../dialog.ts";
import { dressed } from "../clothes.ts";
import type { PathwayForm } from "../documents/served.ts";
import { type Child, fill, h } from "../dom.ts";
import { said } from "../faults.ts";
import { busy } from "../busy.ts";
import { icon } from "../icons.ts";
import "../more_icons.ts";
import { hasBegun, where } from "../meetings/card.ts";
import { decisionList, minutesSection } from "../meetings/minutes.ts";
import type { MinutesForm } from "../meetings/minutes_form.ts";
import { type MeetingView, newestOf } from "../meetings/served.ts";
import { giveTasks, waiting } from "../meetings/tasks.ts";
import { stateLook, stateWord } from "../meetings/words.ts";
import type { Page, PageContext } from "../router.ts";
import { toast } from "../toast.ts";
import { t, tn } from "../words.ts";

export async function circleMeetingPage(context: PageContext): Promise<Page> {
  const { ronde, place } = context;
  const frame = await circleFrame(context, "appointments");
  const { value } = await ronde.api.read<MeetingView>(`/meetings/${place.params["meeting"]}`);
  const desk = new MeetingDesk(context, frame, value);
  desk.draw();
  return {
    title: childName(frame.glance.child),
    element: h("div", { class: "circle" }, frame.header, h("div", { class: "page" }, desk.element)),
    leave: async () => await desk.mayLeave(),
  };
}

class MeetingDesk {
  readonly element = h("div", { class: "stack" });
  readonly #context: PageContext;
  readonly #frame: CircleFrame;
  readonly #tasks = h("section", { class: "section" });
  #meeting: MeetingView;
  #form: MinutesForm | null = null;

  constructor(context: PageContext, frame: CircleFrame, meeting: MeetingView) {
    this.#context = context;
    this.#frame = frame;
    this.#meeting = meeting;
    context.signal.addEventListener("abort", context.ronde.on("channel", () => this.#drawTasks()));
  }

  async mayLeave(): Promise<boolean> {
    if (this.#form?.dirty !== true) return true;
    return await confirm({ title: t("Partir sans enregistrer ?"), text: t("Ce que vous avez écrit depuis le dernier enregistrement serait perdu."), action: t("Partir"), stay: t("Rester"), danger: true });
  }

  /** Draw what is to be read. */
  draw(): void {
    const { people } = this.#frame;
    const meeting = this.#meeting;
    this.#form = null;
    this.#drawTasks();
    fill(this.element, this.#head(), minutesSection(meeting.versions, people, this.#tasks), this.#acts());
  }

  #head(): HTMLElement {
    const { circle, people } = this.#frame;
    const meeting = this.#meeting;
    return h(
      "section",
      { class: "stack-tight" },
      h("a", { class: "back-link", href: `/circles/${circle}/meetings` }, icon("back", "small"), t("Réunions")),
      h("div", { class: "row" }, h("h2", { class: "section-title", tabindex: -1 }, t("Réunion, {when}", { when: dayAndTime(meeting.starts_at) })), h("span", { class: stateLook(meeting.state, hasBegun(meeting)) }, stateWord(meeting.state, hasBegun(meeting)))),
      where(meeting),
      meeting.subject !== "" && h("p", { class: "message-text" }, meeting.subject),
      h("p", { class: "card-note" }, t("Avec {names}", { names: people.names(meeting.invited) })),
    );
  }

  /** The form is gone with whatever had the focus in it: whoever wrote goes on from the title. */
  #backToReading(): void {
    this.draw();
    this.element.querySelector("h2")?.focus();
  }

  #writes(): boolean {
    return this.#context.ronde.me?.role === "coordinator" && this.#frame.glance.closed_at === null;
  }

  #acts(): HTMLElement {
    const { state, id } = this.#meeting;
    const write = (words: string, look: string, corrects: boolean): HTMLElement => h("button", { class: look, type: "button", onclick: () => this.#write(corrects) }, words);
    return h(
      "div",
      { class: "button-row" },
      state === "signed" && h("a", { class: "button", href: `/api/v1/meetings/${id}/paper`, download: true }, icon("download", "small"), t("Télécharger en PDF")),
      this.#writes() && state === "signed" && write(t("Corriger"), "button button-quiet", true),
      this.#writes() && state === "held" && write(t("Reprendre le brouillon"), "button button-primary", false),
      this.#writes() && state === "called" && write(t("Écrire le compte-rendu"), "button button-primary", false),
    );
  }

  async #write(corrects: boolean): Promise<void> {
    const { ronde } = this.#context;
    try {
      const [{ MinutesForm: Form }, { value: pathway }] = await Promise.all([dressed(import("../meetings/minutes_form.ts"), ["written"]), ronde.api.read<PathwayForm>("/pathway")]);
      this.#form = new Form({
        ronde,
        child: this.#frame.glance.child,
        people: this.#frame.people,
        pathway,
        meeting: this.#meeting,
        corrects,
        saved: (meeting) => void (this.#meeting = meeting),
        signed: (meeting) => void this.#signed(meeting),
        closed: async () => (await this.mayLeave()) && this.#backToReading(),
      });
    } catch (error) {
      toast(said(error));
      return;
    }
    fill(this.element, this.#head(), this.#form.element);
    this.#form.element.querySelector<HTMLElement>("input, textarea")?.focus();
  }

  async #signed(meeting: MeetingView): Promise<void> {
    this.#meeting = meeting;
    this.#backToReading();
    toast(t("Le compte-rendu est signé."));
    await this.#give();
  }

  /** What of the decisions is a task by now, and the way to give those that are none. */
  #drawTasks(): void {
    const newest = newestOf(this.#meeting);
    const decisions = newest?.decisions ?? [];
    const isSigned = newest !== null && newest.signed_at !== null;
    const left = new Set(waiting(decisions, this.#frame.conversations[0]).map(({ id }) => id));
    fill(
      this.#tasks,
      decisions.length > 0 && [
        h("h2", { class: "section-title" }, t("Décisions")),
        decisionList(decisions, this.#frame.people, isSigned, ({ id }) => !left.has(id)),
        isSigned && h("div", { class: "row-between" }, h("a", { href: `/circles/${this.#frame.circle}/tasks` }, t("Voir les tâches")), left.size > 0 && this.#writes() && this.#giver(left.size)),
      ],
    );
  }

  #giver(count: number): Child {
    const button: HTMLButtonElement = h("button", { class: "button button-primary", type: "button" }, tn("Donner {n} tâche", "Donner les {n} tâches", count));
    button.addEventListener("click", () => void busy(button, this.#give()));
    return button;
  }

  async #give(): Promise<void> {
    const [conversation] = this.#frame.conversations;
    const decisions = newestOf(this.#meeting)?.decisions ?? [];
    if (decisions.length === 0) return;
    try {
      if (conversation === undefined) throw new Error("no discussion");
      await conversation.refresh();
      const from = t("Décidé en réunion, {when}.", { when: dayAndTime(this.#meeting.starts_at) });
      const posted = await giveTasks({ conversation, people: this.#frame.people, decisions, from });
      if (posted > 0) toast(tn("La tâche est donnée.", "Les {n} tâches sont données.", posted));
    } catch {
      toast(t("Les tâches n'ont pas pu être données. Réessayez depuis cette page."));
    }
    this.#drawTasks();
  }
}
