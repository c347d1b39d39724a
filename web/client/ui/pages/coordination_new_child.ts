/** Register a child: who they are, how they were born, whom to tell, who follows them. */

import { Refused } from "../../shell/ronde.ts";
import { BirthFields, IdentityFields } from "../coordination/child_fields.ts";
import { ContactFields } from "../coordination/contact_fields.ts";
import { type Choice, type Option, choice } from "../coordination/fields.ts";
import { languagesOf } from "../coordination/languages.ts";
import { Keeping, type Kept, countOf, keptOf } from "../coordination/keeping.ts";
import { notYours } from "../coordination/office.ts";
import { Paged } from "../coordination/paged.ts";
import { CHILDREN, colleagueLine, colleaguesOf, physicians } from "../coordination/people.ts";
import { powersOf } from "../coordination/powers.ts";
import type { ChildRecord, Colleague } from "../coordination/served.ts";
import { fill, h } from "../dom.ts";
import { type Answerable, form } from "../form.ts";
import { icon } from "../icons.ts";
import { subpage } from "../parts/subpage.ts";
import type { Page, PageContext } from "../router.ts";
import type { ChildHeader } from "../served.ts";
import { toast } from "../toast.ts";
import { t } from "../words.ts";

const KEPT = "register-child";

export async function newChildPage(context: PageContext): Promise<Page> {
  const { ronde, signal } = context;
  const title = t("Inscrire un enfant");
  if (!powersOf(ronde.me?.role).children) return { title, element: notYours() };
  const [colleagues, languages, kept] = await Promise.all([colleaguesOf(ronde, signal), languagesOf(ronde), keptOf(ronde, KEPT)]);
  const entry = new Entry(context, { doctors: physicians(colleagues), languages }, kept);
  const element = subpage(
    { href: "/coordination/children", name: t("Enfants") },
    title,
    t("L'essentiel d'abord ; le reste se complète sur sa fiche."),
    entry.element,
  );
  return { title, element };
}

type Offered = { readonly doctors: readonly Colleague[]; readonly languages: readonly Option[] };

class Entry {
  readonly element: HTMLElement;
  readonly #context: PageContext;
  readonly #identity = new IdentityFields();
  readonly #birth = new BirthFields();
  readonly #contacts: ContactFields[];
  readonly #languages: readonly Option[];
  readonly #physician: Choice;
  readonly #family = h("div", { class: "stack-loose" });
  /** The form looks at these each time: people are added while it stands. */
  readonly #fields: Answerable[] = [];
  readonly #keeping: Keeping;

  constructor(context: PageContext, { doctors, languages }: Offered, kept: Kept) {
    this.#context = context;
    this.#languages = languages;
    this.#contacts = [new ContactFields(languages, null, t("Premier parent"))];
    for (let others = countOf(kept, "relation") - 1; others > 0; others -= 1) this.#contacts.push(new ContactFields(languages));
    this.#physician = choice({
      label: t("Médecin référent"),
      name: "physician",
      hint: t("Sans lui, l'enfant ne peut pas encore être inclus."),
      options: [{ value: "", label: t("À choisir plus tard") }, ...doctors.map((each) => ({ value: each.id, label: colleagueLine(each) }))],
    });
    this.#drawFamily();
    const element = form({
      fields: this.#fields,
      body: [
        section(t("L'enfant"), this.#identity.element),
        section(t("La naissance"), this.#birth.element),
        section(t("La famille"), this.#family),
        section(t("Le suivi"), this.#physician.element),
      ],
      action: t("Inscrire l'enfant"),
      verify: () => [...this.#identity.faults(), ...this.#birth.faults(), ...this.#contacts.flatMap((each) => each.faultsNamed())],
      send: async () => this.#send(false),
      blame: (error) => this.#blame(error),
    });
    this.#keeping = new Keeping(context, KEPT, element);
    this.#keeping.putBack(kept);
    this.element = element;
  }

  async #send(alike: boolean): Promise<void> {
    const { ronde, go } = this.#context;
    try {
      const child = await ronde.api.ask<ChildRecord>("POST", "/children", this.#form(alike));
      await this.#keeping.forget();
      toast(t("L'enfant est inscrit."));
      go(`/coordination/children/${child.id}`);
    } catch (error) {
      if (!(error instanceof Refused) || error.code !== "likely_duplicate" || alike) throw error;
      const { isAnother } = await import("../coordination/doubles.ts");
      if (await isAnother(await this.#likely())) await this.#send(true);
    }
  }

  #form(alike: boolean): Readonly<Record<string, unknown>> {
    const physician = this.#physician.input.value;
    return {
      identity: this.#identity.value(),
      perinatal: this.#birth.value(),
      contacts: this.#contacts.map((each) => each.value()),
      referring_physician: physician === "" ? null : physician,
      although_alike: alike,
    };
  }

  /** Those of the same day of birth: the server says that there is one, not which. */
  async #likely(): Promise<readonly ChildHeader[]> {
    const { ronde, signal } = this.#context;
    const children = await new Paged<ChildHeader>(ronde, CHILDREN).all(signal);
    return children.filter((each) => each.birth_date === this.#identity.birth.input.value);
  }

  #drawFamily(): void {
    const theirs = this.#contacts.flatMap((each) => each.fields);
    this.#fields.splice(0, this.#fields.length, ...this.#identity.fields, ...this.#birth.fields, ...theirs);
    const add = (): void => {
      const made = new ContactFields(this.#languages);
      this.#contacts.push(made);
      this.#drawFamily();
      this.#keeping.changed();
      made.element.querySelector("input")?.focus();
    };
    const more = h("button", { class: "button", type: "button", onclick: add }, icon("plus", "small"), t("Ajouter quelqu'un"));
    fill(this.#family, this.#contacts.map((each, at) => this.#contact(each, at)), h("div", null, more));
  }

  #contact(contact: ContactFields, at: number): HTMLElement {
    if (at > 0) contact.call(t("Personne n° {n}", { n: at + 1 }));
    const remove = (): void => {
      this.#contacts.splice(at, 1);
      this.#drawFamily();
      this.#keeping.changed();
    };
    const drop = h("button", { class: "link-button", type: "button", onclick: remove }, t("Retirer cette personne"));
    return h("div", { class: "stack-tight" }, contact.element, at > 0 && drop);
  }

  #blame(error: unknown): Answerable | null {
    if (!(error instanceof Refused)) return null;
    const [first] = this.#contacts;
    const about: Readonly<Record<string, Answerable | undefined>> = {
      born_tomorrow: this.#identity.birth,
      impossible_day: this.#identity.birth,
      bad_name: this.#identity.family,
      not_a_gestational_age: this.#birth.weeks,
      impossible_measure: this.#birth.weight,
      bad_phone: first?.phone,
      bad_email: first?.email,
    };
    return about[error.code] ?? null;
  }
}

function section(title: string, body: HTMLElement): HTMLElement {
  return h("section", { class: "card" }, h("h2", { class: "section-title" }, title), body);
}
