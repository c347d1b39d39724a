/** Saying otherwise what is to be done: a task's title and details, for those who may. */

import { MAX_TITLE } from "../../core/content.ts";
import { type Child, freshId, h } from "../dom.ts";
import { icon } from "../icons.ts";
import { t } from "../words.ts";
import type { TaskView } from "./tasks.ts";

export type WordsWanted = { readonly title: string; readonly details: string };

/**
 * Give what draws the way to a task's words: a button first, then the fields.
 *
 * What somebody types outlives a redraw, whatever became of the task meanwhile.
 */
export function wordsEditor(save: (wanted: WordsWanted) => Promise<boolean>): (task: TaskView) => Child {
  const place = h("div");
  let open = false;
  const shut = (task: TaskView): void => {
    open = false;
    place.replaceChildren(opener(task));
  };
  const opener = (task: TaskView): HTMLElement =>
    h(
      "button",
      {
        class: "button button-quiet",
        type: "button",
        onclick: () => {
          open = true;
          const { element, first } = fields(task, save, () => shut(task));
          place.replaceChildren(element);
          first.focus();
        },
      },
      icon("pencil", "small"),
      t("Modifier le texte"),
    );
  return (task) => {
    if (!open) shut(task);
    return place;
  };
}

/** What is wrong with a task's title; empty for nothing. */
export function titleFault(title: string): string {
  if (title === "") return t("Dites en quelques mots ce qu'il faut faire.");
  const bytes = new TextEncoder().encode(title).length;
  return bytes > MAX_TITLE ? t("C'est trop long pour un titre : mettez la suite dans les précisions.") : "";
}

function fields(
  task: TaskView,
  save: (wanted: WordsWanted) => Promise<boolean>,
  done: () => void,
): { readonly element: HTMLElement; readonly first: HTMLElement } {
  const title = h("input", { class: "input", id: freshId("title"), value: task.title, autocomplete: "off" });
  const details = h("textarea", { class: "textarea", id: freshId("details"), rows: 3 });
  const error = h("p", { class: "field-error", id: freshId("error"), role: "alert" });
  title.setAttribute("aria-describedby", error.id);
  details.value = task.details;
  const post = async (): Promise<void> => {
    const wanted = { title: title.value.trim(), details: details.value.trim() };
    error.textContent = titleFault(wanted.title);
    title.setAttribute("aria-invalid", String(error.textContent !== ""));
    if (error.textContent !== "") return title.focus();
    const same = wanted.title === task.title && wanted.details === task.details;
    if (same || (await save(wanted))) done();
  };
  const element = h(
    "div",
    { class: "stack-tight" },
    h("div", { class: "field" }, h("label", { class: "field-label", for: title.id }, t("Ce qu'il faut faire")), title, error),
    h("div", { class: "field" }, h("label", { class: "field-label", for: details.id }, t("Précisions")), details),
    h(
      "div",
      { class: "row-end" },
      h("button", { class: "button button-quiet", type: "button", onclick: done }, t("Annuler")),
      h("button", { class: "button", type: "button", onclick: post }, t("Enregistrer")),
    ),
  );
  return { element, first: title };
}
