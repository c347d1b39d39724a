/** The fields that describe somebody of the family: who, how to reach them, in which language. */

import { freshId, h } from "../dom.ts";
import { type Answerable, type Fault, type Field, check, field } from "../form.ts";
import { t } from "../words.ts";
import { AuthorityFields } from "./authority_fields.ts";
import { RELATIONS, ZONES } from "./family_words.ts";
import { phoneWord } from "./reach.ts";
import { type Choice, type Option, choice, phoneOf, wrongName } from "./fields.ts";
import type { FamilyContact, FamilyMedium } from "./served.ts";

const NOBODY = { given_name: "", family_name: "", relation: "GUARD", phone: "", email: "", language: "fr", zone: "Europe/Paris", may_be_told: true, interpreter: false };

export class ContactFields {
  readonly element: HTMLElement;
  readonly #given: Field;
  readonly #family: Field;
  readonly #relation: Choice;
  readonly #phone: Field;
  readonly #email: Field;
  readonly #language: Choice;
  readonly #zone: Choice;
  readonly #authority: AuthorityFields;
  readonly #told = check(t("Lui envoyer les rendez-vous"));
  readonly #interpreter = check(t("Un interprète est nécessaire"));
  readonly #phoneKnown = check(t("Numéro vérifié de vive voix"));
  readonly #emailKnown = check(t("Adresse vérifiée de vive voix"));
  readonly #legend = h("h3", { class: "strong", id: freshId("contact") });

  constructor(languages: readonly Option[], held: FamilyContact | null = null, legend = t("Une personne de la famille")) {
    const shown = { ...NOBODY, ...held };
    const plain = { autocomplete: "off", maxlength: 100 };
    this.#given = field({ label: t("Prénom"), name: "given", input: { ...plain, value: shown.given_name } });
    this.#family = field({ label: t("Nom"), name: "family", input: { ...plain, value: shown.family_name } });
    this.#relation = choice({
      label: t("Pour l'enfant"),
      name: "relation",
      options: RELATIONS.map(([value, label]) => ({ value, label: label() })),
      value: shown.relation,
    });
    this.#phone = field({
      label: t("Téléphone"),
      name: "phone",
      input: { type: "tel", autocomplete: "off", value: phoneWord(shown.phone ?? "") },
    });
    this.#email = field({ label: t("Courriel"), name: "email", input: { type: "email", autocomplete: "off", value: shown.email } });
    this.#language = choice({
      label: t("Écrire en"),
      name: "language",
      options: languages,
      value: shown.language,
    });
    this.#zone = choice({ label: t("Vit à l'heure de"), name: "zone", options: zonesWith(shown.zone), value: shown.zone });
    this.#authority = new AuthorityFields(held?.authorities);
    this.#told.input.checked = shown.may_be_told;
    this.#interpreter.input.checked = shown.interpreter;
    for (const [medium, box] of this.#known()) box.checked = held?.confirmed.includes(medium) ?? false;
    // Another number is another one to verify.
    this.#phone.input.addEventListener("input", () => (this.#phoneKnown.input.checked = false));
    this.#email.input.addEventListener("input", () => (this.#emailKnown.input.checked = false));
    this.element = this.#drawn();
    this.call(legend);
  }

  /** Say who this is among several, above the fields. */
  call(legend: string): void {
    this.#legend.textContent = legend;
  }

  get fields(): readonly Answerable[] {
    return [this.#given, this.#family, this.#phone, this.#email, ...this.#authority.fields];
  }

  get phone(): Field {
    return this.#phone;
  }

  get email(): Field {
    return this.#email;
  }

  /** What can be told to be wrong before anything is sent, naming who it is wrong about. */
  faultsNamed(): readonly Fault[] {
    const who = this.#legend.textContent;
    return this.faults().map(({ field: of, sentence }) => ({
      field: of === null ? null : { ...of, label: t("{who} : {what}", { who, what: of.label.toLocaleLowerCase() }) },
      sentence,
    }));
  }

  /** What can be told to be wrong before anything is sent. */
  faults(): readonly Fault[] {
    const faults: Fault[] = [];
    const name = wrongName(this.#family.input.value);
    if (name !== null) faults.push({ field: this.#family, sentence: name });
    const [phone, email] = [phoneOf(this.#phone.input.value), this.#email.input.value.trim()];
    if (phone === null && email === "") faults.push({ field: this.#phone, sentence: t("Il faut un téléphone ou un courriel.") });
    if (phone !== null && !/^\+[1-9]\d{6,14}$/u.test(phone)) faults.push({ field: this.#phone, sentence: t("Ce numéro n'est pas complet.") });
    if (email !== "" && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/u.test(email)) faults.push({ field: this.#email, sentence: t("Cette adresse n'est pas complète.") });
    return [...faults, ...this.#authority.faults()];
  }

  /** The form, as the server reads it. */
  value(): Readonly<Record<string, unknown>> {
    const email = this.#email.input.value.trim();
    return {
      given_name: this.#given.input.value.trim(),
      family_name: this.#family.input.value.trim(),
      relation: this.#relation.input.value,
      phone: phoneOf(this.#phone.input.value),
      email: email === "" ? null : email,
      language: this.#language.input.value,
      zone: this.#zone.input.value,
      authorities: this.#authority.value(),
      may_be_told: this.#told.input.checked,
      interpreter: this.#interpreter.input.checked,
      confirmed: this.#known().flatMap(([medium, box]) => (box.checked ? [medium] : [])),
    };
  }

  #known(): readonly (readonly [FamilyMedium, HTMLInputElement])[] {
    return [
      ["sms", this.#phoneKnown.input],
      ["email", this.#emailKnown.input],
    ];
  }

  #drawn(): HTMLElement {
    return h(
      "div",
      { class: "stack", role: "group", "aria-labelledby": this.#legend.id },
      this.#legend,
      h("div", { class: "field-row" }, this.#given.element, this.#family.element),
      h(
        "div",
        { class: "field-row" },
        h("div", { class: "stack-tight" }, this.#phone.element, this.#phoneKnown.element),
        h("div", { class: "stack-tight" }, this.#email.element, this.#emailKnown.element),
      ),
      h("div", { class: "field-row" }, this.#relation.element, this.#language.element),
      this.#zone.element,
      this.#told.element,
      this.#interpreter.element,
      this.#authority.element,
    );
  }
}

/** The zones there are, and the one somebody was given elsewhere. */
function zonesWith(held: string): readonly Option[] {
  const known = ZONES.map(([value, label]) => ({ value, label: label() }));
  return known.some(({ value }) => value === held) ? known : [...known, { value: held, label: held }];
}
