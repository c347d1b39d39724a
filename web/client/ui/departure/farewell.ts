/** Letting a child go: why, when, who takes over, what ends with it; one clear question, then it is done. */

import type { Ronde } from "../../shell/ronde.ts";
import { choice, radios } from "../coordination/fields.ts";
import { dateOf } from "../dates.ts";
import { confirm } from "../dialog.ts";
import { today } from "../documents/around.ts";
import { type Child, fill, h } from "../dom.ts";
import type { People } from "../feed/people.ts";
import { type Fault, field, form } from "../form.ts";
import { type Beside, besideOf, formAsking, withoutOwn } from "../meetings/beside.ts";
import { plainly } from "../meetings/plainly.ts";
import { labelWord } from "../nomenclature.ts";
import type { ChildHeader } from "../served.ts";
import { t, tn } from "../words.ts";
import { type EndsField, type NamedEnds, endsField, named } from "./loose_ends.ts";
import type { DeparturesView, Exit, Farewell, Pathway, RelayState, Structure } from "./served.ts";
import { exitWord, refusalWord, relayWord } from "./words.ts";

const OWN = new Set(["exit_reason", "exit_on", "relay_structure", "relay_contact", "relay_accepted", "relay_accepted_on"]);
const NOT_ASKED = "none";

export type FarewellOptions = {
  readonly ronde: Ronde;
  readonly child: ChildHeader;
  readonly people: People;
  readonly pathway: Pathway;
  readonly structures: readonly Structure[];
  readonly ends: NamedEnds;
  /** For how many days it may be taken back, null for as long as one likes. */
  readonly undoneDays: number | null;
  readonly done: () => void;
};

export class FarewellForm {
  readonly element: HTMLElement;
  readonly #options: FarewellOptions;
  readonly #reason;
  readonly #on = field({ label: t("À partir du"), name: "on", input: { type: "date", value: today(), required: true }, hint: t("De ce jour, plus rien de nouveau ne s'écrit ; le cercle continue de lire.") });
  readonly #structure;
  readonly #contact = field({ label: t("Personne jointe dans cette structure"), name: "contact", input: { maxlength: 80, autocomplete: "off" } });
  readonly #relay;
  readonly #relayOn = field({ label: t("Depuis le"), name: "relay", input: { type: "date", value: today(), max: today() } });
  readonly #relayPart = h("section", { class: "card" });
  readonly #endsPart = h("div");
  readonly #besidePart = h("div");
  #ends: EndsField;
  #endsNamed: NamedEnds;
  #beside: Beside | null = null;

  constructor(options: FarewellOptions) {
    const { pathway, structures, ends, child } = options;
    this.#options = options;
    this.#reason = choice({ label: t("Motif de la sortie"), name: "reason", options: [{ value: "", label: t("Choisir…") }, ...pathway.exits.map((each) => ({ value: each.code, label: labelWord(each.label) }))] });
    this.#structure = choice({ label: t("Structure qui prend le relais"), name: "structure", options: [{ value: "", label: t("Pas encore connue") }, ...structures.map((each) => ({ value: each.id, label: each.name }))] });
    this.#relay = radios({
      label: t("Le relais"),
      name: "relay",
      value: NOT_ASKED,
      options: [{ value: NOT_ASKED, label: t("Pas encore demandé") }, ...(["asked", "accepted", "refused"] as const).map((each) => ({ value: each, label: relayWord(each) }))],
      changed: () => this.#drawRelay(),
    });
    this.#endsNamed = ends;
    this.#ends = endsField(ends, child.circle);
    fill(this.#endsPart, this.#ends.element);
    this.#reason.input.addEventListener("change", () => this.#drawReason());
    this.#on.input.addEventListener("change", () => void this.#look());
    this.#drawReason();
    this.element = this.#form();
  }

  #form(): HTMLElement {
    return form({
      fields: [this.#reason, this.#on, this.#structure, this.#contact, this.#relayOn],
      body: h("div", { class: "stack" }, h("section", { class: "card" }, this.#reason.element, this.#on.element), this.#relayPart, this.#endsPart, this.#besidePart),
      action: t("Enregistrer la sortie"),
      verify: () => this.#verify(),
      send: async () => {
        if (!(await this.#isSure())) return;
        await plainly(this.#options.ronde.api.ask("POST", `/children/${this.#options.child.id}/departures`, this.#said), refusalWord);
        this.#options.done();
      },
    });
  }

  get #exit(): Exit | undefined {
    return this.#options.pathway.exits.find(({ code }) => code === this.#reason.input.value);
  }

  get #said(): Farewell {
    const relays = this.#exit?.relay === true;
    const relay = relays && this.#relay.value() !== NOT_ASKED ? (this.#relay.value() as RelayState) : null;
    return {
      reason: this.#reason.input.value,
      on: this.#on.input.value,
      structure: relays && this.#structure.input.value !== "" ? this.#structure.input.value : null,
      contact: relays ? this.#contact.input.value.trim() : "",
      relay,
      relay_on: relay === null ? null : this.#relayOn.input.value || null,
      answers: this.#beside?.answers() ?? {},
      close_forfaits: this.#ends.closesForfaits(),
      cancel_appointments: this.#ends.cancelled(),
    };
  }

  #verify(): readonly Fault[] {
    const faults: Fault[] = [];
    if (this.#exit === undefined) faults.push({ field: this.#reason, sentence: t("Dites pourquoi l'enfant quitte le parcours.") });
    if (this.#on.input.value === "") faults.push({ field: this.#on, sentence: t("Dites à partir de quel jour.") });
    if (this.#endsNamed.forfaits.length > 0 && !this.#ends.closesForfaits()) faults.push({ field: null, sentence: t("Un forfait est encore ouvert : cochez « Fermer les forfaits », ou fermez-le d'abord.") });
    if ((this.#beside?.verify().length ?? 0) > 0) faults.push({ field: null, sentence: t("Une réponse plus bas est à corriger.") });
    return faults;
  }

  /** What the reason asks: a relay or none, and the pathway's form for it. */
  #drawReason(): void {
    const { ronde, child, people, pathway } = this.#options;
    const exit = this.#exit;
    this.#relayPart.hidden = exit?.relay !== true;
    this.#drawRelay();
    const whole = exit === undefined ? null : exit.form === null ? formAsking(pathway, "departure", "exit_reason") : (pathway.forms[exit.form] ?? null);
    const form_ = withoutOwn(whole, OWN);
    this.#beside = form_ === null ? null : besideOf({ ronde, form: form_, answers: this.#beside?.answers() ?? {}, child, people, changed: () => undefined });
    fill(this.#besidePart, this.#beside?.element);
  }

  #drawRelay(): void {
    this.#relayOn.element.hidden = this.#relay.value() === NOT_ASKED;
    if (this.#relayPart.firstChild !== null) return;
    fill(this.#relayPart, h("h2", { class: "section-title" }, t("Qui prend le relais")), this.#structure.element, this.#contact.element, this.#relay.element, this.#relayOn.element);
  }

  /** What is left behind depends on the day. */
  async #look(): Promise<void> {
    const { ronde, child, pathway } = this.#options;
    if (this.#on.input.value === "") return;
    try {
      const { loose_ends: ends } = await ronde.api.ask<DeparturesView>("GET", `/children/${child.id}/departures?on=${this.#on.input.value}`);
      this.#endsNamed = await named(ronde, child.id, ends, pathway.disciplines);
      this.#ends = endsField(this.#endsNamed, child.circle);
      fill(this.#endsPart, this.#ends.element);
    } catch {
      // What was told for the day before stays; the server judges by the day that is sent.
    }
  }

  async #isSure(): Promise<boolean> {
    const { pathway, structures, child, undoneDays } = this.#options;
    const said = this.#said;
    const line = (words: string): Child => h("li", null, words);
    const forfaits = said.close_forfaits ? this.#endsNamed.forfaits : [];
    const structure = structures.find(({ id }) => id === said.structure);
    const text = h(
      "ul",
      { class: "prose" },
      line(t("Motif : {why}", { why: exitWord(pathway.exits, said.reason) })),
      line(t("À partir du {day}", { day: dateOf(said.on) })),
      structure !== undefined && line(t("Relais : {name}", { name: structure.name })),
      forfaits.map(({ words }) => line(t("S'arrête : {what}", { what: words }))),
      said.cancel_appointments.length > 0 && line(tn("{n} rendez-vous est annulé, la famille en est prévenue", "{n} rendez-vous sont annulés, la famille en est prévenue", said.cancel_appointments.length)),
      line(t("La discussion et les documents restent lisibles par le cercle")),
      line(undoneDays === null ? t("Cette sortie pourra être annulée par la coordination") : tn("La coordination pourra revenir dessus pendant {n} jour", "La coordination pourra revenir dessus pendant {n} jours", undoneDays)),
    );
    const name = `${child.given_name} ${child.family_name}`;
    return await confirm({ title: t("{name} quitte le parcours ?", { name }), text, action: t("Enregistrer la sortie"), danger: true });
  }
}
