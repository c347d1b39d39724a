/**
 * A long form that outlives its page: what is typed is kept on this device until it is sent.
 *
 * Answers are kept in the order of the fields, each with its field's name: a form that asks for
 * something else by now takes nothing of them.
 */

import type { Ronde } from "../../shell/ronde.ts";
import { h } from "../dom.ts";
import { icon } from "../icons.ts";
import type { PageContext } from "../router.ts";
import { t } from "../words.ts";

type Answer = { readonly name: string; readonly value: string | boolean };
export type Kept = readonly Answer[];
type Asking = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

const SAVE_MS = 150;

/** What was typed into a form and never sent; nothing where it was sent, or never begun. */
export async function keptOf(ronde: Ronde, key: string): Promise<Kept> {
  return (await ronde.draft<Kept>(key)) ?? [];
}

/** Keeps one form under one key, from its first letter until it is sent or begun anew. */
export class Keeping {
  readonly #context: PageContext;
  readonly #key: string;
  readonly #form: HTMLFormElement;
  readonly #blank: string;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #over = false;

  /** `form` stands as it is when nobody has typed yet. */
  constructor(context: PageContext, key: string, form: HTMLFormElement) {
    this.#context = context;
    this.#key = key;
    this.#form = form;
    this.#blank = JSON.stringify(answersIn(form));
    const { signal } = context;
    form.addEventListener("input", () => this.changed(), { signal });
    form.addEventListener("change", () => this.changed(), { signal });
    addEventListener("pagehide", () => void this.#save(), { signal });
    signal.addEventListener("abort", () => void this.#save());
  }

  /** Something else than a letter changed: a person was added, or taken out. */
  changed(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#save(), SAVE_MS);
  }

  /** Put back what was kept, and say so above the form; nothing where it does not fit. */
  putBack(kept: Kept): void {
    const asking = asked(this.#form);
    const fits = kept.length === asking.length && asking.every((each, at) => nameOf(each) === kept[at]?.name);
    if (!fits || kept.length === 0) return;
    for (const [at, each] of asking.entries()) answer(each, kept[at]?.value ?? "");
    this.#form.prepend(this.#told());
  }

  /** Forget what was kept: it is sent, or nobody wants it. */
  async forget(): Promise<void> {
    this.#over = true;
    clearTimeout(this.#timer);
    await this.#context.ronde.saveDraft(this.#key, null);
  }

  async #save(): Promise<void> {
    clearTimeout(this.#timer);
    if (this.#over) return;
    const answers = answersIn(this.#form);
    const begun = JSON.stringify(answers) !== this.#blank;
    await this.#context.ronde.saveDraft(this.#key, begun ? answers : null);
  }

  #told(): HTMLElement {
    const anew = async (): Promise<void> => {
      await this.forget();
      this.#context.again();
    };
    return h(
      "div",
      { class: "banner banner-info", role: "status" },
      icon("pencil"),
      h("p", null, t("Vous aviez commencé : ce que vous aviez saisi est resté sur cet appareil.")),
      h("div", { class: "banner-actions" }, h("button", { class: "button button-small", type: "button", onclick: anew }, t("Repartir de zéro"))),
    );
  }
}

/** How many fields of a name there are among what was kept. */
export function countOf(kept: Kept, name: string): number {
  return kept.filter((each) => each.name === name).length;
}

function asked(form: HTMLFormElement): readonly Asking[] {
  return [...form.elements].filter((each): each is Asking => each.matches("input, select, textarea"));
}

function answersIn(form: HTMLFormElement): Kept {
  return asked(form).map((each) => ({ name: nameOf(each), value: isTicked(each) ? each.checked : each.value }));
}

function answer(field: Asking, value: string | boolean): void {
  if (isTicked(field)) field.checked = value === true;
  else field.value = String(value);
  // Whatever hangs on an answer hears of it, as if it had just been given.
  field.dispatchEvent(new Event("change"));
}

function isTicked(field: Asking): field is HTMLInputElement {
  return field.type === "checkbox" || field.type === "radio";
}

/** A field's name without the number that sets answers to one question apart from another's. */
function nameOf(field: Asking): string {
  return field.name.replace(/-\d+$/u, "");
}
