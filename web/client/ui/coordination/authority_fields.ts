/** Asking what the law says of a person's authority over the child, and from when to when. */

import { type Child, fill, h } from "../dom.ts";
import { type Answerable, type Fault, field } from "../form.ts";
import { t } from "../words.ts";
import { AUTHORITIES } from "./family_words.ts";
import { choice } from "./fields.ts";
import type { Authority } from "./served.ts";

const HELD: Authority = { status: "holder", since: null, until: null };

type Period = {
  readonly element: HTMLElement;
  readonly fields: readonly Answerable[];
  readonly faults: () => readonly Fault[];
  readonly value: () => Authority;
};

export class AuthorityFields {
  readonly element: HTMLElement;
  readonly #list = h("div", { class: "stack" });
  #periods: readonly Period[];

  constructor(held: readonly Authority[] = [HELD]) {
    this.#periods = held.map((each) => this.#period(each));
    const add = (): void => {
      this.#periods = [...this.#periods, this.#period(HELD)];
      this.#draw();
      this.#list.lastElementChild?.querySelector("select")?.focus();
    };
    const usual = held.length === 1 && held[0]?.status === "holder" && held[0].since === null && held[0].until === null;
    this.element = h(
      "details",
      { open: !usual },
      h("summary", { class: "strong" }, t("Autorité parentale")),
      h("p", { class: "field-hint" }, t("Un parent qui ne l'exerce pas un jour donné n'est pas prévenu ce jour-là.")),
      this.#list,
      h("button", { class: "button button-small", type: "button", onclick: add }, t("Ajouter une période")),
    );
    this.#draw();
  }

  get fields(): readonly Answerable[] {
    return this.#periods.flatMap((each) => each.fields);
  }

  faults(): readonly Fault[] {
    return this.#periods.flatMap((each) => each.faults());
  }

  value(): readonly Authority[] {
    return this.#periods.map((each) => each.value());
  }

  #draw(): void {
    fill(this.#list, this.#periods.map((each) => this.#row(each)));
  }

  #row(period: Period): Child {
    const drop = (): void => {
      this.#periods = this.#periods.filter((each) => each !== period);
      this.#draw();
    };
    return h(
      "div",
      { class: "stack-tight" },
      period.element,
      this.#periods.length > 1 && h("button", { class: "link-button", type: "button", onclick: drop }, t("Retirer cette période")),
    );
  }

  #period(held: Authority): Period {
    const status = choice({
      label: t("Pour l'enfant, l'autorité parentale"),
      name: "authority",
      options: AUTHORITIES.map(([value, label]) => ({ value, label: label() })),
      value: held.status,
    });
    const day = (label: string, name: string, value: string | null) =>
      field({ label, name, input: { type: "date", value: value ?? "" } });
    const [since, until] = [day(t("À partir du (si connu)"), "since", held.since), day(t("Jusqu'au (si connu)"), "until", held.until)];
    const dayOf = (value: string): string | null => (value === "" ? null : value);
    return {
      element: h("div", { class: "stack-tight" }, status.element, h("div", { class: "field-row" }, since.element, until.element)),
      fields: [since, until],
      faults: () => {
        const [from, to] = [since.input.value, until.input.value];
        return from !== "" && to !== "" && to < from ? [{ field: until, sentence: t("La fin vient après le début.") }] : [];
      },
      value: () => ({ status: status.input.value, since: dayOf(since.input.value), until: dayOf(until.input.value) }),
    };
  }
}
