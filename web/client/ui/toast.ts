/** A sentence that comes, says what was done, and goes; with a way to undo it. */

import { fill, h } from "./dom.ts";
import { icon } from "./icons.ts";
import { t } from "./words.ts";

export type ToastOptions = {
  /** Offers « Annuler »: takes back what the sentence says. */
  readonly undo?: () => unknown;
  readonly action?: { readonly label: string; readonly run: () => unknown };
  /** How long it stays; what carries an action stays longer. */
  readonly seconds?: number;
};

const MOST = 3;

/** Show a sentence. Returns what takes it away before its time. */
export function toast(sentence: string, options: ToastOptions = {}): () => void {
  const place = document.querySelector(".toasts");
  const action = options.undo
    ? { label: t("Annuler"), run: options.undo }
    : options.action;
  const made = h("div", { class: "toast" }, h("p", null, sentence));
  const close = (): void => {
    clearTimeout(timer);
    made.remove();
  };
  if (action !== undefined) {
    const run = (): void => {
      close();
      action.run();
    };
    made.append(h("button", { class: "toast-action", type: "button", onclick: run }, action.label));
  }
  made.append(
    h("button", { class: "icon-button", type: "button", "aria-label": t("Fermer"), onclick: close }, icon("close", "small")),
  );
  const seconds = options.seconds ?? (action === undefined ? 5 : 10);
  let timer = setTimeout(close, seconds * 1000);
  made.addEventListener("pointerenter", () => clearTimeout(timer));
  made.addEventListener("focusin", () => clearTimeout(timer));
  made.addEventListener("pointerleave", () => {
    timer = setTimeout(close, 2000);
  });
  const earlier = [...(place?.children ?? [])].slice(1 - MOST);
  if (place !== null) fill(place, earlier, made);
  return close;
}
