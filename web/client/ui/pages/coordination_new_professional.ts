/** Register somebody who joins the network, and invite them at once. */

import { Refused } from "../../shell/ronde.ts";
import { choice, phoneOf, wrongName } from "../coordination/fields.ts";
import { Keeping, type Kept, keptOf } from "../coordination/keeping.ts";
import { notYours } from "../coordination/office.ts";
import { Paged } from "../coordination/paged.ts";
import { powersOf } from "../coordination/powers.ts";
import { StructureFields } from "../coordination/structure_fields.ts";
import type { ProfessionalRecord, Structure } from "../coordination/served.ts";
import { h } from "../dom.ts";
import { type Answerable, type Fault, field, form } from "../form.ts";
import { PROFESSIONS, roleWord } from "../nomenclature.ts";
import { subpage } from "../parts/subpage.ts";
import type { Page, PageContext } from "../router.ts";
import { t } from "../words.ts";

const KEPT = "register-professional";

export async function newProfessionalPage(context: PageContext): Promise<Page> {
  const { ronde, signal } = context;
  const title = t("Nouveau professionnel");
  if (!powersOf(ronde.me?.role).people) return { title, element: notYours() };
  const [structures, kept] = await Promise.all([new Paged<Structure>(ronde, "/structures").all(signal), keptOf(ronde, KEPT)]);
  const element = subpage(
    { href: "/coordination/professionals", name: t("Professionnels") },
    title,
    t("Ensuite vient l'invitation, puis la convention et la vérification de l'identité."),
    new Entry(context, structures, kept).element,
  );
  return { title, element };
}

class Entry {
  readonly element: HTMLElement;
  readonly #context: PageContext;
  readonly #structure: StructureFields;
  readonly #given = field({ label: t("Prénom"), name: "given", input: { autocomplete: "off", maxlength: 100 } });
  readonly #family = field({ label: t("Nom"), name: "family", input: { autocomplete: "off", maxlength: 100 } });
  readonly #email = field({ label: t("Courriel"), name: "email", hint: t("C'est aussi son identifiant de connexion."), input: { type: "email", autocomplete: "off" } });
  readonly #phone = field({ label: t("Téléphone"), name: "phone", hint: t("Facultatif."), input: { type: "tel", autocomplete: "off" } });
  readonly #rpps = field({ label: t("Numéro RPPS"), name: "rpps", hint: t("Onze chiffres, si vous l'avez."), input: { inputmode: "numeric", autocomplete: "off", maxlength: 11 } });
  readonly #role;
  readonly #profession = choice({
    label: t("Profession"),
    name: "profession",
    options: [{ value: "", label: t("Choisissez") }, ...Object.entries(PROFESSIONS).map(([value, label]) => ({ value, label: label() }))],
  });

  readonly #keeping: Keeping;

  constructor(context: PageContext, structures: readonly Structure[], kept: Kept) {
    this.#context = context;
    this.#structure = new StructureFields(structures);
    const roles = ["professional", "coordinator", "secretary", ...(context.ronde.me?.role === "administrator" ? ["administrator"] : [])];
    this.#role = choice({ label: t("Rôle"), name: "role", options: roles.map((value) => ({ value, label: roleWord(value) })) });
    this.#role.input.addEventListener("change", () => {
      this.#profession.element.hidden = !this.#isCarer();
    });
    const element = form({
      fields: [this.#given, this.#family, this.#profession, this.#email, this.#phone, this.#rpps, ...this.#structure.fields],
      body: [
        h("div", { class: "field-row" }, this.#given.element, this.#family.element),
        h("div", { class: "field-row" }, this.#role.element, this.#profession.element),
        h("div", { class: "field-row" }, this.#email.element, this.#phone.element),
        this.#rpps.element,
        this.#structure.element,
      ],
      action: t("Inscrire et inviter"),
      verify: () => this.#faults(),
      send: async () => this.#send(),
      blame: (error) => this.#blame(error),
    });
    this.#keeping = new Keeping(context, KEPT, element);
    this.#keeping.putBack(kept);
    this.element = element;
  }

  #isCarer(): boolean {
    return this.#role.input.value === "professional";
  }

  #faults(): readonly Fault[] {
    const faults: Fault[] = [];
    if (wrongName(this.#given.input.value) !== null) faults.push({ field: this.#given, sentence: t("Il manque le prénom.") });
    const name = wrongName(this.#family.input.value);
    if (name !== null) faults.push({ field: this.#family, sentence: name });
    if (this.#isCarer() && this.#profession.input.value === "") faults.push({ field: this.#profession, sentence: t("Choisissez une profession.") });
    if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/u.test(this.#email.input.value.trim())) faults.push({ field: this.#email, sentence: t("Cette adresse n'est pas complète.") });
    const phone = phoneOf(this.#phone.input.value);
    if (phone !== null && !/^\+[1-9]\d{6,14}$/u.test(phone)) faults.push({ field: this.#phone, sentence: t("Ce numéro n'est pas complet.") });
    const rpps = this.#rpps.input.value.trim();
    if (rpps !== "" && !/^\d{11}$/u.test(rpps)) faults.push({ field: this.#rpps, sentence: t("Un numéro RPPS a onze chiffres.") });
    return [...faults, ...this.#structure.faults()];
  }

  async #send(): Promise<void> {
    const { ronde, go } = this.#context;
    const rpps = this.#rpps.input.value.trim();
    const person = await ronde.api.ask<ProfessionalRecord>("POST", "/professionals", {
      given_name: this.#given.input.value.trim(),
      family_name: this.#family.input.value.trim(),
      role: this.#role.input.value,
      profession: this.#isCarer() ? this.#profession.input.value : null,
      email: this.#email.input.value.trim(),
      phone: phoneOf(this.#phone.input.value),
      rpps: rpps === "" ? null : rpps,
      structure: await this.#structure.keep(ronde),
    });
    await this.#keeping.forget();
    go(`/coordination/professionals/${person.id}?invite=1`, { replace: true });
  }

  #blame(error: unknown): Answerable | null {
    if (!(error instanceof Refused)) return null;
    const about: Readonly<Record<string, Answerable>> = {
      already_there: this.#email,
      bad_email: this.#email,
      bad_phone: this.#phone,
      bad_rpps: this.#rpps,
      bad_name: this.#family,
      profession_missing: this.#profession,
    };
    return about[error.code] ?? this.#structure.blame(error);
  }
}
