/** Tasks as a board of three columns, or as a list; the filters above them live in the address. */

import type { TaskId } from "../../core/ids.ts";
import { childName } from "../circle/naming.ts";
import { nearDay } from "../dates.ts";
import { type Child, fill, h } from "../dom.ts";
import { asked } from "../feed/asked.ts";
import { type TaskState, TASK_STATES } from "../feed/tasks.ts";
import type { TaskDialog } from "../feed/task_dialog.ts";
import { beliedWords, stateWord } from "../feed/words_of.ts";
import { icon } from "../icons.ts";
import { avatar } from "../parts/avatar.ts";
import type { PageContext } from "../router.ts";
import { t, tn } from "../words.ts";
import { type Filters, filtersIn, passes, pressing, queryOf } from "./filters.ts";
import type { Located, TaskSource } from "./source.ts";

const COLUMNS: readonly { readonly states: readonly TaskState[]; readonly title: () => string }[] = [
  { states: ["requested", "rejected"], title: () => t("À faire") },
  { states: ["accepted", "in-progress"], title: () => t("En cours") },
  { states: ["completed", "cancelled"], title: () => t("Terminées") },
];

export class Board {
  readonly element = h("div", { class: "stack" });
  readonly #bar = h("div", { class: "stack-tight" });
  readonly #body = h("div");
  readonly #context: PageContext;
  readonly #source: TaskSource;
  readonly #usual: Filters;
  #filters: Filters;
  #open: { readonly id: TaskId; readonly dialog: TaskDialog } | null = null;

  constructor(context: PageContext, source: TaskSource, usual: Filters) {
    this.#context = context;
    this.#source = source;
    this.#usual = usual;
    this.#filters = filtersIn(context.place.query, usual);
    fill(this.element, this.#bar, this.#body);
    this.#listen();
    this.draw();
  }

  /** Draw what the source holds now. */
  draw(): void {
    const today = new Date().toLocaleDateString("sv-SE");
    const shown = this.#source
      .all()
      .filter((each) => passes(each.card, this.#filters, this.#source.me, today))
      .sort((one, other) => pressing(one.card, other.card));
    this.#drawBar(shown.length);
    if (shown.length === 0) fill(this.#body, this.#nothing());
    else fill(this.#body, this.#filters.view === "board" ? this.#columns(shown, today) : this.#list(shown, today));
    this.#open?.dialog.redraw();
  }

  /** Open the task that the address names, once its words are there. */
  openNamed(): void {
    const id = this.#context.place.query.get("task") as TaskId | null;
    const located = this.#source.all().find((each) => each.card.id === id);
    if (located !== undefined && located.words !== null) void this.#show(located);
  }

  #listen(): void {
    const { ronde, signal } = this.#context;
    const news = async (): Promise<void> => {
      this.draw();
      await this.#source.refresh().catch(() => undefined);
      if (!signal.aborted) this.draw();
    };
    signal.addEventListener("abort", ronde.on("channel", () => void news()));
  }

  #drawBar(count: number): void {
    const { who, state, view, circle } = this.#filters;
    const chip = (label: string, on: boolean, change: Partial<Filters>): HTMLElement =>
      h("button", { class: "chip", type: "button", "aria-pressed": String(on), onclick: () => this.#set(change) }, label);
    fill(
      this.#bar,
      h(
        "div",
        { class: "row filters", role: "group", "aria-label": t("Filtres") },
        h(
          "div",
          { class: "filter-group" },
          chip(t("Pour moi"), who === "me", { who: "me" }),
          chip(t("Tout le monde"), who === "all", { who: "all" }),
          chip(t("À prendre"), who === "nobody", { who: "nobody" }),
        ),
        h(
          "div",
          { class: "filter-group" },
          chip(t("Ouvertes"), state === "open", { state: "open" }),
          chip(t("En retard"), state === "late", { state: "late" }),
          chip(t("Terminées"), state === "ended", { state: "ended" }),
        ),
        this.#source.glances.length > 1 && this.#circleChoice(circle),
      ),
      h(
        "div",
        { class: "row-between" },
        h("p", { class: "small muted", role: "status" }, tn("{n} tâche", "{n} tâches", count)),
        h(
          "div",
          { class: "row" },
          this.#viewButton("list", t("En liste"), view === "list"),
          this.#viewButton("board", t("En tableau"), view === "board"),
        ),
      ),
    );
  }

  #viewButton(view: Filters["view"], label: string, on: boolean): HTMLElement {
    return h(
      "button",
      { class: "icon-button", type: "button", "aria-label": label, "aria-pressed": String(on), onclick: () => this.#set({ view }) },
      icon(view),
    );
  }

  #circleChoice(chosen: string | null): HTMLElement {
    const select = h(
      "select",
      { class: "select filter-circle", "aria-label": t("Cercle"), value: chosen ?? "" },
      h("option", { value: "" }, t("Tous les cercles")),
      this.#source.glances.map(({ glance }) => h("option", { value: glance.id }, childName(glance.child))),
    );
    select.value = chosen ?? "";
    select.addEventListener("change", () => {
      this.#set({ circle: select.value === "" ? null : (select.value as Filters["circle"]) });
    });
    return select;
  }

  #set(change: Partial<Filters>): void {
    this.#filters = { ...this.#filters, ...change };
    this.#context.filter(queryOf(this.#filters, this.#usual));
    this.draw();
  }

  #columns(shown: readonly Located[], today: string): HTMLElement {
    const wanted = COLUMNS.filter(
      ({ states }) => this.#filters.state === "any" || shown.some((each) => states.includes(each.card.state as TaskState)),
    );
    return h(
      "div",
      { class: "board" },
      wanted.map(({ states, title }) => {
        const held = shown.filter((each) => states.includes(each.card.state as TaskState));
        return h(
          "section",
          { class: "board-column" },
          h("h2", { class: "section-title" }, title(), " ", h("span", { class: "muted number" }, held.length)),
          h("ul", { class: "stack-tight" }, held.map((each) => h("li", null, this.#card(each, today)))),
        );
      }),
    );
  }

  #list(shown: readonly Located[], today: string): HTMLElement {
    return h("ul", { class: "stack-tight" }, shown.map((each) => h("li", null, this.#card(each, today))));
  }

  #card(located: Located, today: string): HTMLElement {
    const { card, glance, words, belied } = located;
    const people = glance.people;
    const known = TASK_STATES.find((each) => each === card.state);
    return h(
      "button",
      { class: "card task-tile", type: "button", disabled: words === null, onclick: () => void this.#show(located) },
      h("span", { class: "task-tile-title" }, words?.title ?? t("Ouverture…")),
      this.#source.glances.length > 1 && h("span", { class: "small muted" }, childName(glance.glance.child)),
      h(
        "span",
        { class: "row small" },
        known !== undefined && h("span", { class: "badge" }, stateWord(known)),
        due(card.due, card.state, today),
        card.assignees.length === 0
          ? h("span", { class: "muted" }, t("À prendre"))
          : h(
              "span",
              { class: "avatar-stack" },
              card.assignees.slice(0, 4).map((id) => {
                const person = people.find(id);
                return avatar({ given_name: person?.given ?? "?", family_name: person?.family ?? "" }, { id, size: "small" });
              }),
              h("span", { class: "visually-hidden" }, people.names(card.assignees)),
            ),
      ),
      belied && h("span", { class: "message-notice small" }, icon("warning", "small"), beliedWords()),
    );
  }

  async #show(located: Located): Promise<void> {
    const { conversation, card } = located;
    if (conversation === null) return;
    const { openTask } = await asked();
    const { ronde } = this.#context;
    const people = this.#source.people(card.circle);
    const current = (): Located["words"] =>
      this.#source.all().find((each) => each.card.id === card.id)?.words ?? null;
    const dialog = openTask({ ronde, conversation, people, me: this.#source.me, current }, () => {
      this.#open = null;
      this.#context.filter({ task: null });
    });
    this.#open = { id: card.id, dialog };
    this.#context.filter({ task: card.id });
  }

  #nothing(): HTMLElement {
    const words =
      this.#filters.state === "late" ? t("Rien n'est en retard") : t("Aucune tâche ici");
    return h(
      "div",
      { class: "empty" },
      icon("tasks"),
      h("p", { class: "empty-title" }, words),
      h("p", null, t("Une tâche se donne depuis un message, ou ici.")),
      newTaskButton(this.#source),
    );
  }
}

/** A button that gives a task: at once in the only circle there is, else after one is chosen. */
export function newTaskButton(source: TaskSource): Child {
  const places = source.conversations.filter((each) => each.phase === "member");
  const [only] = places;
  if (only === undefined || source.glances.length > 1) return null;
  const give = async (): Promise<void> => {
    const { openNewTask } = await asked();
    openNewTask({ conversation: only, people: source.people(only.circle), title: "" });
  };
  return h("button", { class: "button button-primary", type: "button", onclick: give }, icon("plus", "small"), t("Nouvelle tâche"));
}

function due(day: string | null, state: string, today: string): Child {
  if (day === null || state === "completed" || state === "cancelled") return null;
  const late = day < today;
  return h("span", { class: late ? "badge badge-danger" : "badge" }, late ? t("En retard : {day}", { day: nearDay(day) }) : nearDay(day));
}
