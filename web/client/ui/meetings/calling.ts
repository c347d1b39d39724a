/** Calling a meeting, or calling it to another time: when, where or by which link, with whom. */

import type { Ronde } from "../../shell/ronde.ts";
import type { PathwayForm } from "../documents/served.ts";
import { openDialog } from "../dialog.ts";
import { h } from "../dom.ts";
import type { People } from "../feed/people.ts";
import { type Answerable, type Field, field, form } from "../form.ts";
import type { ChildHeader } from "../served.ts";
import { t } from "../words.ts";
import { type Beside, besideOf, formAsking, withoutOwn } from "./beside.ts";
import { peopleField } from "./people.ts";
import type { MeetingView } from "./served.ts";
import { plainly } from "./plainly.ts";
import { textField } from "../care/text_field.ts";

const OWN = new Set(["starts_at", "minutes", "place", "link", "subject", "invited"]);
const USUAL_MINUTES = 45;
const ZONE = "Europe/Paris";
const LEAST_INVITED = 2;

export type CallingOptions = {
  readonly ronde: Ronde;
  readonly child: ChildHeader;
  readonly people: People;
  readonly pathway: PathwayForm;
  /** The meeting to call anew; null calls a new one. */
  readonly moves: MeetingView | null;
  readonly done: (meeting: MeetingView) => void;
};

/** Ask when, where and with whom, and call the meeting. */
export function openCalling(options: CallingOptions): void {
  const made = new CallingFields(options);
  const asked = form({
    fields: made.fields,
    body: made.elements,
    action: options.moves === null ? t("Convoquer") : t("Enregistrer le changement"),
    verify: () => made.verify(),
    send: async () => {
      const meeting = await plainly(made.send());
      dialog.close();
      options.done(meeting);
    },
  });
  const dialog = openDialog({
    title: options.moves === null ? t("Convoquer une réunion") : t("Déplacer la réunion"),
    wide: true,
    body: asked,
  });
}

/** A meeting of everybody, as nobody has called it yet. */
function newCalling(people: People): Pick<MeetingView, "starts_at" | "minutes" | "link" | "place" | "subject" | "invited" | "answers"> {
  return { starts_at: "", minutes: USUAL_MINUTES, link: "", place: "", subject: "", invited: people.all.map(({ id }) => id), answers: {} };
}

class CallingFields {
  readonly #options: CallingOptions;
  readonly #day: Field;
  readonly #time: Field;
  readonly #minutes: Field;
  readonly #link: Field;
  readonly #place: Field;
  readonly #subject;
  readonly #invited;
  readonly #beside: Beside | null;

  constructor(options: CallingOptions) {
    const { people, pathway, ronde, child } = options;
    const held = options.moves ?? newCalling(people);
    const [day = "", time = ""] = held.starts_at.split("T");
    this.#options = options;
    this.#day = field({ label: t("Jour"), name: "day", input: { type: "date", value: day, required: true } });
    this.#time = field({ label: t("Heure"), name: "time", input: { type: "time", step: 300, value: time.slice(0, 5), required: true } });
    this.#minutes = field({ label: t("Durée, en minutes"), name: "minutes", input: { type: "number", inputmode: "numeric", min: 10, max: 180, value: held.minutes } });
    this.#link = field({ label: t("Lien de la visioconférence"), name: "link", input: { type: "url", inputmode: "url", maxlength: 300, value: held.link, autocomplete: "off" } });
    this.#place = field({ label: t("Ou un lieu"), name: "place", input: { maxlength: 120, value: held.place, autocomplete: "off" } });
    this.#subject = textField({ label: t("Ordre du jour"), name: "subject", hint: "", value: held.subject, most: 500, rows: 3 });
    this.#invited = peopleField(t("Qui est invité"), people, held.invited);
    const more = withoutOwn(formAsking(pathway, "meeting", "starts_at"), OWN);
    this.#beside = more === null ? null : besideOf({ ronde, form: more, answers: held.answers, child, people, changed: () => undefined });
  }

  get fields(): readonly Answerable[] {
    return [this.#day, this.#time, this.#minutes, this.#link, this.#place, this.#subject];
  }

  get elements(): HTMLElement {
    return h(
      "div",
      { class: "stack" },
      h("div", { class: "field-row" }, this.#day.element, this.#time.element, this.#minutes.element),
      this.#link.element,
      this.#place.element,
      this.#subject.element,
      this.#invited.element,
      this.#beside?.element,
      h("p", { class: "small soft" }, t("Les invités lisent la réunion ici, avec le lien.")),
    );
  }

  verify(): readonly { readonly field: Answerable | null; readonly sentence: string }[] {
    const faults: { field: Answerable | null; sentence: string }[] = [];
    if (this.#day.input.value === "") faults.push({ field: this.#day, sentence: t("Dites quel jour.") });
    if (this.#time.input.value === "") faults.push({ field: this.#time, sentence: t("Dites à quelle heure.") });
    if (!this.#minutes.input.validity.valid) faults.push({ field: this.#minutes, sentence: t("Entre 10 et 180 minutes.") });
    if (!this.#link.input.validity.valid) faults.push({ field: this.#link, sentence: t("Ce lien n'est pas complet : il commence par https://.") });
    const nowhere = this.#link.input.value.trim() === "" && this.#place.input.value.trim() === "";
    if (nowhere) faults.push({ field: this.#link, sentence: t("Donnez un lien de visioconférence ou un lieu.") });
    if (this.#invited.chosen().length < LEAST_INVITED) faults.push({ field: null, sentence: t("Invitez au moins deux personnes.") });
    if ((this.#beside?.verify().length ?? 0) > 0) faults.push({ field: null, sentence: t("Une réponse plus bas est à corriger.") });
    return faults;
  }

  async send(): Promise<MeetingView> {
    const { ronde, child, moves } = this.#options;
    const body = {
      starts_at: `${this.#day.input.value}T${this.#time.input.value}:00`,
      zone: moves?.zone ?? ZONE,
      minutes: this.#minutes.input.value === "" ? null : Number(this.#minutes.input.value),
      place: this.#place.input.value.trim(),
      link: this.#link.input.value.trim(),
      subject: this.#subject.input.value.trim(),
      invited: this.#invited.chosen(),
      answers: this.#beside?.answers() ?? {},
    };
    if (moves === null) return await ronde.api.ask<MeetingView>("POST", `/children/${child.id}/meetings`, body);
    return await ronde.api.ask<MeetingView>("PUT", `/meetings/${moves.id}/calling`, body, { version: moves.edition });
  }
}
