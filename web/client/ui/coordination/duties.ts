/** What the pathway asks of the office, one's own circles first: try, end, set aside, or take back. */

import type { Ronde } from "../../shell/ronde.ts";
import { childName } from "../circle/naming.ts";
import { dressed } from "../clothes.ts";
import { type Child, announce, fill, h } from "../dom.ts";
import { said } from "../faults.ts";
import { icon } from "../icons.ts";
import type { PageContext } from "../router.ts";
import type { ChildHeader, Listing } from "../served.ts";
import { toast } from "../toast.ts";
import { t, tn } from "../words.ts";
import { BoardNames } from "./board_names.ts";
import type { BulkAnswer } from "./board_outcome.ts";
import { DutyEndings, type Ending } from "./duty_ending.ts";
import type { Duty } from "./duty_served.ts";
import { attemptWord, reasonWord, waitingWord, wishWord } from "./duty_words.ts";

const PAGE = 30;

export class Duties {
  readonly element = h("div", { class: "stack-loose" });
  readonly #context: PageContext;
  readonly #names: BoardNames;
  readonly #endings: DutyEndings;
  readonly #list = h("ul", { class: "stack-tight" });
  readonly #end = h("div", { class: "directory-end" });
  readonly #bar = h("div", { class: "board-bar", role: "region", "aria-label": t("Choisies"), hidden: true });
  readonly #children = new Map<string, ChildHeader>();
  readonly #chosen = new Set<string>();
  /** Ended here, and kept for whoever takes it back. */
  readonly #ended = new Set<string>();
  #duties: readonly Duty[] = [];
  #after: string | null = "";

  private constructor(context: PageContext, names: BoardNames) {
    this.#context = context;
    this.#names = names;
    this.#endings = new DutyEndings({
      ronde: context.ronde,
      answered: (answer) => void this.#answered(answer),
      failed: (ids, why) => this.#back(ids, why),
    });
    fill(this.element, this.#list, this.#end, this.#bar);
  }

  static async open(context: PageContext): Promise<Duties> {
    const made = new Duties(context, await BoardNames.open(context.ronde));
    await made.#more();
    return made;
  }

  async #more(): Promise<void> {
    const read = await pageOf(this.#context.ronde, this.#after ?? "", PAGE);
    await Promise.all(read.items.map(async ({ child }) => await this.#meet(child)));
    this.#duties = [...this.#duties, ...read.items];
    this.#after = read.next;
    this.#list.append(...read.items.map((each) => this.#card(each)));
    this.#drawRest();
  }

  async #meet(child: string): Promise<void> {
    if (this.#children.has(child)) return;
    const { value } = await this.#context.ronde.api.read<ChildHeader>(`/children/${child}/header`);
    this.#children.set(child, value);
  }

  #open(): readonly Duty[] {
    return this.#duties.filter(({ id }) => !this.#ended.has(id));
  }

  #card(duty: Duty): HTMLElement {
    const child = this.#children.get(duty.child);
    const name = child === undefined ? "" : childName(child);
    const box = h("input", { type: "checkbox", "aria-label": t("Choisir {name}", { name }), checked: this.#chosen.has(duty.id) });
    box.addEventListener("change", () => this.#choose(duty.id, box.checked));
    const last = duty.attempts.at(-1);
    const meeting = meetingsOf(duty, child);
    const button = (label: string, run: () => unknown, look = "button button-small"): HTMLElement =>
      h("button", { class: look, type: "button", onclick: run }, label, h("span", { class: "visually-hidden" }, ` : ${name}`));
    return h(
      "li",
      { class: "card duty", "data-duty": duty.id },
      h(
        "div",
        { class: "card-header" },
        h("label", { class: "check board-box" }, box),
        h("p", { class: "card-title" }, h("a", { href: `/coordination/children/${duty.child}` }, name)),
        h("span", { class: "small soft number" }, waitingWord(duty)),
      ),
      h("p", null, h("span", { class: "strong" }, reasonWord(duty.reason)), this.#about(duty)),
      wishWord(duty) !== "" && h("p", null, t("À rappeler de préférence : {when}", { when: wishWord(duty) })),
      last !== undefined && h("p", { class: "card-note" }, t("Dernier contact : {what}", { what: attemptWord(last) })),
      h(
        "div",
        { class: "card-footer" },
        meeting !== null && h("a", { class: "button button-small button-primary", href: meeting }, t("Convier le cercle"), h("span", { class: "visually-hidden" }, ` : ${name}`)),
        button(t("Noter un contact"), () => void this.#contact(duty), meeting === null ? "button button-small button-primary" : "button button-small"),
        button(t("C'est fait"), () => this.#finish([duty], { state: "done", note: "" })),
        button(t("Écarter"), () => void this.#dismiss([duty]), "button button-small button-quiet"),
      ),
    );
  }

  /** A visit is named; what is an id is shown on the child's own page. */
  #about({ reason, subject }: Duty): Child {
    return (reason === "lost" || reason === "visit_late") && ` · ${this.#names.visit(subject)}`;
  }

  async #contact(duty: Duty): Promise<void> {
    const child = this.#children.get(duty.child);
    if (child === undefined) return;
    try {
      const { openContact } = await dressed(import("./duty_contact.ts"));
      await openContact(this.#context.ronde, child, duty, (over) => void this.#contacted(duty, over));
    } catch (error) {
      toast(said(error));
    }
  }

  async #contacted({ id, child }: Duty, over: boolean): Promise<void> {
    const { items } = await this.#context.ronde.api.ask<Listing<Duty>>("GET", `/children/${child}/duties`);
    const now = items.find((each) => each.id === id);
    if (over || now === undefined) this.#drop([id]);
    else this.#replace(now);
  }

  #replace(duty: Duty): void {
    this.#duties = this.#duties.map((each) => (each.id === duty.id ? duty : each));
    const stands = this.#find(duty.id);
    const made = this.#card(duty);
    stands?.replaceWith(made);
    made.querySelector("button")?.focus({ preventScroll: true });
  }

  async #dismiss(duties: readonly Duty[]): Promise<void> {
    const { openDismissal } = await dressed(import("./duty_dismissal.ts"));
    openDismissal(duties.length, (note) => this.#finish(duties, { state: "dismissed", note }));
  }

  #finish(duties: readonly Duty[], ending: Ending): void {
    const ids = duties.map((each) => each.id);
    const sentence = ending.state === "done" ? tn("{n} démarche terminée.", "{n} démarches terminées.", ids.length) : tn("{n} démarche écartée.", "{n} démarches écartées.", ids.length);
    const next = this.#next(ids);
    this.#endings.end(ids, ending, sentence, (open) => this.#back(open));
    for (const id of ids) {
      this.#chosen.delete(id);
      this.#ended.add(id);
      this.#find(id)?.remove();
    }
    this.#drawRest();
    next?.querySelector<HTMLElement>("button")?.focus({ preventScroll: true });
  }

  #next(ids: readonly string[]): Element | null {
    const last = this.#find(ids.at(-1) ?? "");
    return last?.nextElementSibling ?? last?.previousElementSibling ?? null;
  }

  #drop(ids: readonly string[]): void {
    const next = this.#next(ids);
    this.#duties = this.#duties.filter(({ id }) => !ids.includes(id));
    for (const id of ids) this.#find(id)?.remove();
    this.#drawRest();
    next?.querySelector<HTMLElement>("button")?.focus({ preventScroll: true });
  }

  /** They stand there again: taken back, or refused. */
  #back(ids: readonly string[], why?: string): void {
    for (const id of ids) this.#ended.delete(id);
    if (this.#context.signal.aborted) return;
    if (why !== undefined) toast(why, { seconds: 12 });
    this.#drawAll();
  }

  async #answered(answer: BulkAnswer): Promise<void> {
    const refused = answer.lines.filter(({ done }) => !done).map(({ id }) => id);
    if (refused.length === 0 || this.#context.signal.aborted) return;
    const { toldOf } = await dressed(import("./board_outcome.ts"));
    const child = (id: string): ChildHeader | undefined => this.#children.get(this.#duties.find((each) => each.id === id)?.child ?? "");
    const told = toldOf({ lines: answer.lines.filter(({ done }) => !done) }, (id) => childName(child(id) ?? { given_name: "", family_name: "" }));
    told.show("");
    this.#back(refused);
  }

  #find(id: string): HTMLElement | null {
    return this.#list.querySelector<HTMLElement>(`[data-duty="${id}"]`);
  }

  #drawAll(): void {
    fill(this.#list, this.#open().map((each) => this.#card(each)));
    this.#drawRest();
  }

  #choose(id: string, chosen: boolean): void {
    if (chosen) this.#chosen.add(id);
    else this.#chosen.delete(id);
    this.#drawRest();
  }

  #drawRest(): void {
    const chosen = this.#open().filter(({ id }) => this.#chosen.has(id));
    this.#bar.hidden = chosen.length === 0;
    const act = (label: string, look: string, run: () => unknown): HTMLElement => h("button", { class: look, type: "button", onclick: run }, label);
    fill(
      this.#bar,
      h("p", { class: "strong", role: "status" }, tn("{n} choisie", "{n} choisies", chosen.length)),
      act(t("C'est fait"), "button button-primary", () => this.#finish(chosen, { state: "done", note: "" })),
      act(t("Écarter"), "button", () => void this.#dismiss(chosen)),
    );
    const more = (): void => void this.#more().then(() => announce(t("La suite est là.")), (error: unknown) => toast(said(error)));
    const nothing = this.#open().length === 0 && this.#after === null;
    this.#list.hidden = this.#open().length === 0;
    fill(this.#end, this.#after !== null && h("button", { class: "button", type: "button", onclick: more }, t("Voir la suite")), nothing && upToDate());
  }
}

/** Where a meeting that is due is called; nothing where there is no circle to call. */
function meetingsOf({ reason }: Duty, child: ChildHeader | undefined): string | null {
  return reason === "meeting_due" && child != null && child.circle !== null ? `/circles/${child.circle}/meetings` : null;
}

/** A page of the open duties, one's own circles' first. */
export async function pageOf(ronde: Ronde, after: string, limit: number): Promise<Listing<Duty>> {
  return (await ronde.api.read<Listing<Duty>>(`/coordination/duties?limit=${limit}&after=${after}`)).value;
}

function upToDate(): HTMLElement {
  return h(
    "div",
    { class: "empty" },
    icon("check"),
    h("p", { class: "empty-title" }, t("Bravo, plus aucune démarche")),
    h("p", null, t("Le parcours ne demande rien à la coordination aujourd'hui.")),
  );
}
