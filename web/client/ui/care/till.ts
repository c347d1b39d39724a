/** What the office pays: validated statements, chosen, summed up, marked as paid, taken away as a table. */

import type { ProfessionalId } from "../../core/ids.ts";
import { Refused } from "../../shell/ronde.ts";
import { actsOf, childrenNamed } from "./naming.ts";
import { joinedTables, sumOf } from "./payments.ts";
import { refusalWords } from "./refusal.ts";
import { refusalOf } from "./sending.ts";
import type { EarlyCare, StatementView } from "./served.ts";
import { statementFold } from "./statement_view.ts";
import { earlyCareOf } from "./terms.ts";
import { euros, monthWord, unpricedWords } from "./words.ts";
import { Paged } from "../coordination/paged.ts";
import { colleaguesOf } from "../coordination/people.ts";
import { powersOf } from "../coordination/powers.ts";
import { confirm } from "../dialog.ts";
import { type Child, fill, h } from "../dom.ts";
import { said } from "../faults.ts";
import { busy } from "../busy.ts";
import { check, field } from "../form.ts";
import { icon } from "../icons.ts";
import { fullName } from "../parts/avatar.ts";
import type { PageContext } from "../router.ts";
import { toast } from "../toast.ts";
import { t, tn } from "../words.ts";

const AT_ONCE = 4;

/** Read the statements to pay, with the names of whose they are. */
export async function openTill(context: PageContext): Promise<HTMLElement> {
  const { ronde, signal } = context;
  const [statements, colleagues, care] = await Promise.all([
    new Paged<StatementView>(ronde, "/statements/to_pay").all(signal),
    colleaguesOf(ronde, signal),
    earlyCareOf(ronde),
  ]);
  const names = new Map(colleagues.map((each) => [each.id, fullName(each)] as const));
  return new Till(context, statements, care, names).element;
}

class Till {
  readonly element = h("div", { class: "stack-loose" });
  readonly #context: PageContext;
  readonly #care: EarlyCare;
  readonly #names: ReadonlyMap<ProfessionalId, string>;
  readonly #chosen = new Set<string>();
  readonly #total = h("p", { class: "strong", role: "status" });
  readonly #day = field({ label: t("Jour du paiement"), name: "on", input: { type: "date", value: today(), max: today() } });
  #statements: readonly StatementView[];

  constructor(context: PageContext, statements: readonly StatementView[], care: EarlyCare, names: ReadonlyMap<ProfessionalId, string>) {
    this.#context = context;
    this.#care = care;
    this.#names = names;
    this.#statements = [...statements].sort((one, other) => one.month.localeCompare(other.month) || this.#name(one).localeCompare(this.#name(other), "fr"));
    this.#draw();
  }

  #draw(): void {
    fill(this.element, this.#statements.length === 0 ? nothing() : [this.#desk(), this.#list()]);
    this.#count();
  }

  #desk(): HTMLElement {
    const pay: HTMLElement = h("button", { class: "button button-primary", type: "button", onclick: () => void this.#pay(pay) }, h("span", null, t("Marquer comme payés")));
    const table: HTMLElement = h("button", { class: "button", type: "button", onclick: () => void this.#table(table) }, icon("download", "small"), h("span", null, t("CSV")));
    const all = check(t("Tout cocher"));
    all.input.addEventListener("change", () => {
      for (const each of this.#statements) this.#choose(each.id, all.input.checked);
      for (const box of this.element.querySelectorAll<HTMLInputElement>(".care-choose input")) box.checked = all.input.checked;
      this.#count();
    });
    const decides = powersOf(this.#context.ronde.me?.role).decide;
    return h(
      "section",
      { class: "card", "aria-label": t("Ce qui est coché") },
      h("div", { class: "row-between" }, all.element, this.#total),
      decides && this.#day.element,
      h("div", { class: "button-row" }, decides && pay, table),
    );
  }

  #list(): HTMLElement {
    const acts = actsOf(this.#care);
    const naming = { actOf: acts, childOf: childrenNamed([]) };
    return h(
      "ul",
      { class: "stack" },
      this.#statements.map((each) => {
        const box = check(this.#name(each));
        box.input.checked = this.#chosen.has(each.id);
        box.input.addEventListener("change", () => {
          this.#choose(each.id, box.input.checked);
          this.#count();
        });
        box.element.classList.add("care-choose");
        return h("li", { class: "card care-due" }, box.element, statementFold(each, { ...naming, open: false, acts: null }));
      }),
    );
  }

  #choose(id: string, chosen: boolean): void {
    if (chosen) this.#chosen.add(id);
    else this.#chosen.delete(id);
  }

  get #picked(): readonly StatementView[] {
    return this.#statements.filter((each) => this.#chosen.has(each.id));
  }

  #count(): void {
    const picked = this.#picked;
    fill(this.#total, picked.length === 0 ? t("Rien de coché") : [tn("{n} relevé", "{n} relevés", picked.length), " · ", euros(sumOf(picked))]);
  }

  async #pay(button: HTMLElement): Promise<void> {
    const picked = this.#picked;
    if (picked.length === 0) return void toast(t("Cochez d'abord les relevés payés."));
    const unpriced = unpricedWords(picked.reduce((sum, each) => sum + each.unpriced, 0));
    const sure = await confirm({
      title: tn("Marquer {n} relevé comme payé ?", "Marquer {n} relevés comme payés ?", picked.length),
      text: [h("p", { class: "strong" }, euros(sumOf(picked))), unpriced !== null && h("p", { class: "warm-text" }, unpriced)],
      action: t("Marquer comme payés"),
    });
    if (sure) await busy(button, this.#payAll(picked));
  }

  /** Each by itself: what was refused stays in the list and is told. */
  async #payAll(picked: readonly StatementView[]): Promise<void> {
    const faults: string[] = [];
    await inTurns(picked, async (each) => {
      try {
        await this.#context.ronde.api.ask("PUT", `/professionals/${each.professional}/statements/${each.month}/payment`, { on: this.#day.input.value });
        this.#statements = this.#statements.filter(({ id }) => id !== each.id);
        this.#chosen.delete(each.id);
      } catch (error) {
        faults.push(`${this.#name(each)}, ${monthWord(each.month)} : ${error instanceof Refused ? refusalWords(refusalOf(error)) : said(error)}`);
      }
    });
    this.#draw();
    const paid = picked.length - faults.length;
    if (paid > 0) toast(tn("{n} relevé est marqué comme payé.", "{n} relevés sont marqués comme payés.", paid));
    for (const each of faults) toast(each);
  }

  /** One table of all that is chosen, or of all. */
  async #table(button: HTMLElement): Promise<void> {
    const picked = this.#picked.length === 0 ? this.#statements : this.#picked;
    try {
      const tables = new Map<string, string>();
      await busy(button, inTurns(picked, async (each) => void tables.set(each.id, await tableOf(each))));
      save(joinedTables(picked.map((each) => tables.get(each.id) ?? "")));
    } catch (error) {
      toast(said(error));
    }
  }

  #name(statement: StatementView): string {
    return this.#names.get(statement.professional) ?? t("Professionnel");
  }
}

async function tableOf({ professional, month }: StatementView): Promise<string> {
  const response = await fetch(`/api/v1/professionals/${professional}/statements/${month}/csv`);
  if (!response.ok) throw new Refused({ status: response.status, code: "unknown" });
  // Decoded by hand: text() would drop the mark by which spreadsheets know the alphabet.
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(await response.arrayBuffer());
}

function save(table: string): void {
  const url = URL.createObjectURL(new Blob([table], { type: "text/csv;charset=utf-8" }));
  h("a", { href: url, download: "releves-a-payer.csv" }).click();
  URL.revokeObjectURL(url);
}

/** Do a few at a time. */
async function inTurns<T>(things: readonly T[], work: (thing: T) => Promise<void>): Promise<void> {
  const waiting = [...things];
  const turn = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await work(next);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, turn));
}

function today(): string {
  return new Date().toLocaleDateString("sv-SE");
}

function nothing(): Child {
  return h(
    "div",
    { class: "empty" },
    icon("check"),
    h("p", { class: "empty-title" }, t("Rien à payer")),
    h("p", null, t("Les relevés apparaissent ici quand leurs professionnels les ont validés.")),
  );
}
