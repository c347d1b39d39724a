/** Give a task: its words are sealed like messages, who and when are not. */

import { MAX_TITLE, type Task } from "../../core/content.ts";
import type { EntryId, ProfessionalId, TaskId } from "../../core/ids.ts";
import { newId } from "../../core/ids.ts";
import { Card } from "../../core/session/log.ts";
import type { Conversation } from "../../shell/ronde.ts";
import { openDialog } from "../dialog.ts";
import { type Child, fill, freshId, h } from "../dom.ts";
import { icon } from "../icons.ts";
import { toast } from "../toast.ts";
import { t } from "../words.ts";
import type { People } from "./people.ts";
import { assigneePicker } from "./task_dialog.ts";
import { titleFault } from "./task_words.ts";

export type NewTaskOptions = {
  readonly conversation: Conversation;
  readonly people: People;
  readonly title: string;
  readonly details?: string;
  readonly thread?: EntryId | null;
  readonly done?: () => void;
};

/** Ask for a task's words, people and day, and post it. */
export function openNewTask(options: NewTaskOptions): void {
  const form = new TaskForm(options);
  const dialog = openDialog({
    title: t("Nouvelle tâche"),
    body: form.element,
    footer: [
      h("button", { class: "button", type: "button", onclick: () => dialog.close() }, t("Annuler")),
      h(
        "button",
        {
          class: "button button-primary",
          type: "button",
          onclick: async () => {
            if (!(await form.post())) return;
            dialog.close();
            options.done?.();
          },
        },
        t("Donner la tâche"),
      ),
    ],
  });
  form.focus();
}

class TaskForm {
  readonly element: HTMLElement;
  readonly #options: NewTaskOptions;
  readonly #title = h("input", { class: "input", id: freshId("title"), required: true, autocomplete: "off" });
  readonly #error = h("p", { class: "field-error", id: freshId("error"), role: "alert" });
  readonly #details = h("textarea", { class: "textarea", id: freshId("details"), rows: 3 });
  readonly #due = h("input", { class: "input", id: freshId("due"), type: "date" });
  readonly #people = h("div");
  readonly #steps = h("div", { class: "stack-tight" });
  #chosen: readonly ProfessionalId[] = [];

  constructor(options: NewTaskOptions) {
    this.#options = options;
    this.#title.value = options.title.split("\n")[0]?.slice(0, MAX_TITLE) ?? "";
    this.#details.value = options.details ?? "";
    this.#title.setAttribute("aria-describedby", this.#error.id);
    this.element = h(
      "div",
      { class: "stack" },
      field(this.#title, t("Ce qu'il faut faire"), this.#error),
      field(this.#details, t("Précisions"), null),
      this.#people,
      field(this.#due, t("Pour le"), null),
      h("div", { class: "field" }, h("p", { class: "field-label" }, t("Étapes")), this.#steps, this.#addStep()),
    );
    this.#drawPeople();
  }

  focus(): void {
    this.#title.focus();
  }

  /** Post what the form says; false while something is wrong with it. */
  async post(): Promise<boolean> {
    const title = this.#title.value.trim();
    const wrong = titleFault(title);
    this.#error.textContent = wrong;
    this.#title.setAttribute("aria-invalid", String(wrong !== ""));
    if (wrong !== "") {
      this.focus();
      return false;
    }
    try {
      await this.#send(title);
      return true;
    } catch {
      toast(t("La tâche n'a pas pu être donnée. Réessayez."));
      return false;
    }
  }

  async #send(title: string): Promise<void> {
    const task = newId() as TaskId;
    const checklist = [...this.#steps.querySelectorAll("input")]
      .map((input) => ({ text: input.value.trim(), done: false }))
      .filter((step) => step.text !== "");
    const [due, assignees, details] = [this.#due.value, this.#chosen, this.#details.value.trim()];
    const words: Task = { kind: "task", task, title, details, checklist, due, assignees, document: "" };
    const card = new Card({ task, state: "requested", assignees, due: due || null });
    await this.#options.conversation.post(words, { card, thread: this.#options.thread ?? null });
  }

  #drawPeople(): void {
    fill(
      this.#people,
      assigneePicker(this.#options.people, this.#chosen, (chosen) => {
        this.#chosen = chosen;
        this.#drawPeople();
      }),
    );
  }

  #addStep(): HTMLElement {
    const add = (): void => {
      const input = h("input", { class: "input", "aria-label": t("Étape") });
      this.#steps.append(input);
      input.focus();
    };
    return h("button", { class: "button button-quiet", type: "button", onclick: add }, icon("plus", "small"), t("Ajouter une étape"));
  }
}

function field(input: HTMLElement, label: string, error: Child): HTMLElement {
  return h("div", { class: "field" }, h("label", { class: "field-label", for: input.id }, label), input, error);
}
