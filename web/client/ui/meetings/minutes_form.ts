/** Writing the minutes of a meeting: saved as a draft as often as one likes, then signed. */

import { Refused, type Ronde } from "../../shell/ronde.ts";
import { textField } from "../care/text_field.ts";
import { today } from "../documents/around.ts";
import type { PathwayForm } from "../documents/served.ts";
import { fill, h } from "../dom.ts";
import type { People } from "../feed/people.ts";
import { busy } from "../busy.ts";
import { field } from "../form.ts";
import type { ChildHeader } from "../served.ts";
import { t } from "../words.ts";
import { type Beside, besideOf, formAsking, withoutOwn } from "./beside.ts";
import { Decisions } from "./decisions.ts";
import { peopleField } from "./people.ts";
import { type MeetingView, type MinutesForm as Said, newestOf } from "./served.ts";
import { refusalWord } from "./words.ts";

const OWN = new Set(["held_on", "points", "present", "decisions"]);
const LONGEST = 2000;
const STALE = 412;

export type MinutesOptions = {
  readonly ronde: Ronde;
  readonly child: ChildHeader;
  readonly people: People;
  readonly pathway: PathwayForm;
  readonly meeting: MeetingView;
  /** Signed minutes are corrected, with a reason. */
  readonly corrects: boolean;
  readonly saved: (meeting: MeetingView) => void;
  readonly signed: (meeting: MeetingView) => void;
  readonly closed: () => void;
};

export class MinutesForm {
  readonly element: HTMLElement;
  readonly #options: MinutesOptions;
  readonly #summary = h("div", { class: "error-summary", role: "alert", tabindex: -1, hidden: true });
  readonly #status = h("p", { class: "small soft", role: "status" });
  readonly #day;
  readonly #points;
  readonly #present;
  readonly #decisions: Decisions;
  readonly #beside: Beside | null;
  readonly #reason;
  #edition: number;
  #dirty = false;

  constructor(options: MinutesOptions) {
    const { meeting, people, pathway, ronde, child } = options;
    const held = newestOf(meeting);
    const changed = (): void => void (this.#dirty = true);
    const begins = meeting.starts_at.slice(0, 10);
    this.#options = options;
    this.#edition = meeting.edition;
    this.#day = field({ label: t("Tenue le"), name: "held", input: { type: "date", max: today(), value: held?.held_on ?? (begins > today() ? today() : begins) } });
    this.#points = textField({ label: t("Ce qui s'est dit"), name: "points", hint: "", value: held?.points ?? "", most: LONGEST, rows: 8 });
    this.#present = peopleField(t("Qui était présent"), people, held?.present ?? meeting.invited, changed);
    this.#decisions = new Decisions(people, held?.decisions ?? [], changed);
    const more = withoutOwn(formAsking(pathway, "meeting", "held_on"), OWN);
    this.#beside = more === null ? null : besideOf({ ronde, form: more, answers: held?.answers ?? {}, child, people, changed });
    this.#reason = options.corrects ? textField({ label: t("Pourquoi cette correction"), name: "reason", hint: t("Le compte-rendu d'avant reste lisible, avec ce motif."), most: 500, rows: 2 }) : null;
    this.element = this.#drawn(changed);
  }

  /** Is there anything that is not saved? */
  get dirty(): boolean {
    return this.#dirty;
  }

  #drawn(changed: () => void): HTMLElement {
    for (const each of [this.#day.input, this.#points.input]) each.addEventListener("input", changed);
    const button = (look: string, words: string, run: (self: HTMLButtonElement) => unknown): HTMLButtonElement => {
      const made: HTMLButtonElement = h("button", { class: look, type: "button" }, words);
      made.addEventListener("click", () => void run(made));
      return made;
    };
    return h(
      "div",
      { class: "stack" },
      this.#summary,
      h("div", { class: "card" }, this.#day.element, this.#points.element, this.#present.element),
      h("div", { class: "card" }, this.#decisions.element),
      this.#beside?.element,
      this.#reason !== null && h("div", { class: "card" }, this.#reason.element),
      this.#status,
      h(
        "div",
        { class: "button-row" },
        button("button button-quiet", t("Fermer"), () => this.#options.closed()),
        this.#reason === null && button("button", t("Enregistrer le brouillon"), (self) => busy(self, this.#save())),
        button("button button-primary", this.#reason === null ? t("Signer le compte-rendu") : t("Signer la correction"), (self) => busy(self, this.#sign())),
      ),
    );
  }

  get #said(): Said {
    return {
      held_on: this.#day.input.value,
      points: this.#points.input.value.trim(),
      present: this.#present.chosen(),
      decisions: this.#decisions.said,
      answers: this.#beside?.answers() ?? {},
    };
  }

  /** Save the draft; the meeting as it is then, null where something is wrong. */
  async #save(): Promise<MeetingView | null> {
    if (!this.#fits()) return null;
    const meeting = await this.#tried(async () => await this.#options.ronde.api.ask<MeetingView>("PUT", `/meetings/${this.#options.meeting.id}/minutes`, this.#said, { version: this.#edition }));
    if (meeting === null) return null;
    this.#took(meeting);
    this.#status.textContent = t("Le brouillon est enregistré.");
    this.#options.saved(meeting);
    return meeting;
  }

  async #sign(): Promise<void> {
    const { ronde, meeting, signed } = this.#options;
    const path = `/meetings/${meeting.id}`;
    if (this.#reason !== null) {
      const reason = this.#reason.input.value.trim();
      if (!this.#fits()) return;
      if (reason === "") return this.#wrong(t("Dites pourquoi, en quelques mots."), this.#reason.input);
      const corrected = await this.#tried(async () => await ronde.api.ask<MeetingView>("POST", `${path}/corrections`, { minutes: this.#said, reason }, { version: this.#edition }));
      if (corrected !== null) signed(this.#took(corrected));
      return;
    }
    const saved = await this.#save();
    if (saved === null) return;
    const done = await this.#tried(async () => await ronde.api.ask<MeetingView>("POST", `${path}/signature`, undefined, { version: saved.edition }));
    if (done !== null) signed(this.#took(done));
  }

  #took(meeting: MeetingView): MeetingView {
    this.#edition = meeting.edition;
    this.#dirty = false;
    this.#summary.hidden = true;
    return meeting;
  }

  #fits(): boolean {
    const wordless = this.#decisions.wordless;
    if (this.#day.input.value === "") this.#wrong(t("Dites quel jour la réunion a eu lieu."), this.#day.input);
    else if (this.#points.input.value.trim() === "") this.#wrong(t("Écrivez ce qui s'est dit."), this.#points.input);
    else if (wordless !== null) this.#wrong(t("Une décision n'a pas de texte."), wordless);
    else if ((this.#beside?.verify().length ?? 0) > 0) this.#wrong(t("Une réponse plus bas est à corriger."), null);
    else return true;
    return false;
  }

  #wrong(sentence: string, field_: HTMLElement | null): void {
    this.#summary.hidden = false;
    fill(this.#summary, h("p", { class: "error-summary-title" }, sentence));
    (field_ ?? this.#summary).focus();
  }

  async #tried(work: () => Promise<MeetingView>): Promise<MeetingView | null> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof Refused && error.status === STALE) await this.#meet();
      else this.#wrong(refusalWord(error), null);
      return null;
    }
  }

  /** Somebody else wrote in between: what they wrote is shown, what was typed here stays. */
  async #meet(): Promise<void> {
    try {
      const theirs = await this.#options.ronde.api.ask<MeetingView>("GET", `/meetings/${this.#options.meeting.id}`);
      this.#edition = theirs.edition;
      const newest = newestOf(theirs);
      this.#summary.hidden = false;
      fill(
        this.#summary,
        h("p", { class: "error-summary-title" }, t("Quelqu'un d'autre a enregistré entre-temps. Votre texte est resté ici : reprenez ce qui manque, puis enregistrez.")),
        newest !== null && h("details", null, h("summary", null, t("Ce qui a été enregistré")), h("p", { class: "message-text" }, newest.points), h("ul", null, newest.decisions.map(({ decision }) => h("li", null, decision)))),
      );
      this.#summary.focus();
    } catch (error) {
      this.#wrong(refusalWord(error), null);
    }
  }
}
