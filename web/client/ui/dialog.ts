/** Dialogs on the browser's own <dialog>: Esc closes, focus stays inside and comes back. */

import { type Child, freshId, h } from "./dom.ts";
import { icon } from "./icons.ts";
import "./more_icons.ts";
import { t } from "./words.ts";

export type DialogOptions = {
  readonly title: string;
  readonly body: Child;
  /** Buttons, the main one last. */
  readonly footer?: Child;
  readonly wide?: boolean;
  /** False where something must be answered: no cross, and neither Esc nor the veil closes. */
  readonly closable?: boolean;
  readonly closed?: () => void;
};

export type Dialog = { readonly element: HTMLDialogElement; readonly close: () => void };

/** Open a modal dialog and give the hand that closes it. */
export function openDialog(options: DialogOptions): Dialog {
  const id = freshId("dialog");
  const closable = options.closable ?? true;
  const close = (): void => element.close();
  const cross = h(
    "button",
    { class: "icon-button", type: "button", "aria-label": t("Fermer"), onclick: close },
    icon("close"),
  );
  const element = h(
    "dialog",
    { class: options.wide === true ? "dialog dialog-wide" : "dialog", "aria-labelledby": id },
    h(
      "div",
      { class: "dialog-header" },
      h("h2", { class: "dialog-title", id, tabindex: -1 }, options.title),
      closable && cross,
    ),
    h("div", { class: "dialog-body" }, options.body),
    options.footer !== undefined && h("div", { class: "dialog-footer" }, options.footer),
  );
  element.addEventListener("cancel", (event) => {
    if (!closable) event.preventDefault();
  });
  element.addEventListener("click", (event) => {
    if (closable && event.target === element) close();
  });
  element.addEventListener("close", () => {
    element.remove();
    bringBackCaret();
    options.closed?.();
  });
  document.body.append(element);
  element.showModal();
  if (element.querySelector("[autofocus]") === null) {
    element.querySelector<HTMLElement>(".dialog-title")?.focus();
  }
  return { element, close };
}

/**
 * Where a dialog had a field of its own, Chromium gives the focus back without the caret: the
 * field below looks ready and takes no letter until it is clicked.
 */
export function bringBackCaret(): void {
  const held = document.activeElement;
  if (!(held instanceof HTMLTextAreaElement || held instanceof HTMLInputElement)) return;
  held.blur();
  held.focus({ preventScroll: true });
}

export type Question = {
  readonly title: string;
  readonly text: Child;
  /** The word on the button that goes on, a verb: « Retirer ». */
  readonly action: string;
  /** The word on the other button, where « Annuler » would be taken for the action itself. */
  readonly stay?: string;
  readonly danger?: boolean;
};

/** Ask before something that cannot be taken back; true to go on. */
export function confirm(question: Question): Promise<boolean> {
  return new Promise((resolve) => {
    let answer = false;
    const go = (): void => {
      answer = true;
      dialog.close();
    };
    const look = question.danger === true ? "button button-primary button-danger" : "button button-primary";
    const dialog = openDialog({
      title: question.title,
      body: typeof question.text === "string" ? h("p", null, question.text) : question.text,
      footer: [
        h("button", { class: "button", type: "button", onclick: () => dialog.close() }, question.stay ?? t("Annuler")),
        h("button", { class: look, type: "button", onclick: go }, question.action),
      ],
      closed: () => resolve(answer),
    });
  });
}
