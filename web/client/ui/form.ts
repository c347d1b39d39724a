/** Fields with their label, hint and fault, and forms that say what is wrong at their top. */

import { busy } from "./busy.ts";
import { type Child, type Props, assign, fill, found, freshId, h } from "./dom.ts";
import { said } from "./faults.ts";
import { icon } from "./icons.ts";
import "./more_icons.ts";
import { t } from "./words.ts";

export type Field = {
  readonly element: HTMLElement;
  readonly input: HTMLInputElement;
  readonly label: string;
  /** Show what is wrong with it, or nothing any more. */
  readonly fault: (sentence: string | null) => void;
};

/** Whatever can be told to be wrong: a field of any kind. */
export type Answerable = Pick<Field, "label" | "fault"> & { readonly input: HTMLElement };

export type FieldOptions = {
  readonly label: string;
  readonly name: string;
  readonly hint?: Child;
  /** Attributes of the input: type, autocomplete, inputmode … */
  readonly input?: Props;
  /** Stands inside the field, at its end. */
  readonly inside?: HTMLElement;
};

/** Make a field: a label, an input, a hint and a place for what is wrong. */
export function field(options: FieldOptions): Field {
  const id = freshId(options.name);
  const hint = options.hint === undefined ? null : h("p", { class: "field-hint", id: `${id}-hint` }, options.hint);
  const error = h("p", { class: "field-error", id: `${id}-error` });
  const input = h("input", {
    class: "input",
    id,
    name: options.name,
    "aria-describedby": [hint?.id, error.id].filter((each) => each !== undefined).join(" "),
    ...options.input,
  });
  const box = options.inside === undefined ? input : h("div", { class: "input-group" }, input, options.inside);
  const element = h(
    "div",
    { class: "field" },
    h("label", { class: "field-label", for: id }, options.label),
    hint,
    box,
    error,
  );
  const fault = (sentence: string | null): void => {
    assign(input, { "aria-invalid": sentence === null ? null : "true" });
    if (sentence === null) fill(error);
    else fill(error, icon("warning", "small"), h("span", null, sentence));
  };
  input.addEventListener("input", () => fault(null));
  return { element, input, label: options.label, fault };
}

/** A password with an eye to see it and a word when capitals are locked. */
export function passwordField(options: FieldOptions): Field {
  const eye = h("button", { class: "icon-button input-button", type: "button" });
  const made = field({
    ...options,
    input: { type: "password", autocapitalize: "none", spellcheck: "false", ...options.input },
    inside: eye,
  });
  const capitals = h("p", { class: "field-hint warm-text", role: "status" });
  made.element.append(capitals);
  const draw = (shown: boolean): void => {
    made.input.type = shown ? "text" : "password";
    assign(eye, { "aria-label": shown ? t("Masquer le mot de passe") : t("Afficher le mot de passe"), "aria-pressed": String(shown) });
    fill(eye, icon(shown ? "hidden" : "eye"));
  };
  eye.addEventListener("click", () => draw(made.input.type === "password"));
  for (const kind of ["keydown", "keyup"] as const) {
    made.input.addEventListener(kind, (event) => {
      capitals.textContent = event.getModifierState("CapsLock") ? t("Les majuscules sont verrouillées.") : "";
    });
  }
  draw(false);
  return made;
}

/** A box to tick, with its label. */
export function check(label: Child, props: Props = {}): { readonly element: HTMLElement; readonly input: HTMLInputElement } {
  const input = h("input", { type: "checkbox", ...props });
  return { element: h("label", { class: "check" }, input, h("span", null, label)), input };
}

/** A setting that takes effect at once. */
export function toggle(
  label: string,
  options: { hint?: string; on: boolean; changed: (on: boolean) => unknown },
): { readonly element: HTMLElement; readonly input: HTMLInputElement } {
  const id = freshId("hint");
  const input = h("input", {
    type: "checkbox",
    role: "switch",
    checked: options.on,
    "aria-describedby": options.hint === undefined ? null : id,
  });
  input.addEventListener("change", () => options.changed(input.checked));
  const element = h(
    "label",
    { class: "switch" },
    h("span", { class: "strong" }, label),
    input,
    options.hint !== undefined && h("span", { class: "field-hint", id }, options.hint),
  );
  return { element, input };
}

export type Fault = { readonly field: Answerable | null; readonly sentence: string };

export type FormOptions = {
  readonly fields: readonly Answerable[];
  /** What stands between the summary and the button, fields included. */
  readonly body: Child;
  readonly action: string;
  readonly actionProps?: Props;
  /** Beside or below the main button. */
  readonly after?: Child;
  /** What can be told before anything is sent. */
  readonly verify?: () => readonly Fault[];
  readonly send: () => Promise<unknown>;
  /** Which field a refusal is about; null for none. */
  readonly blame?: (error: unknown) => Answerable | null;
};

/** A form that is sent by script: busy button, summary of faults with links to the fields. */
export function form(options: FormOptions): HTMLFormElement {
  const summary = h("div", { class: "error-summary", tabindex: -1, role: "alert", hidden: true });
  const button = h("button", { class: "button button-primary button-wide", type: "submit", ...options.actionProps }, h("span", null, options.action));
  const show = (faults: readonly Fault[]): void => {
    for (const each of options.fields) each.fault(null);
    for (const each of faults) each.field?.fault(each.sentence);
    const [first, second] = faults;
    // One field that is wrong is said where it is; a list of one would only be in the way.
    const listed = first !== undefined && (second !== undefined || first.field === null);
    summary.hidden = !listed;
    fill(summary, listed && faultList(faults));
    if (listed) summary.focus();
    else first?.field?.input.focus();
  };
  const made = h("form", { class: "stack", novalidate: true }, summary, options.body, button, options.after);
  made.addEventListener("submit", (event) => {
    event.preventDefault();
    const faults = options.verify?.() ?? [];
    show(faults);
    if (faults.length > 0 || button.getAttribute("aria-busy") === "true") return;
    void busy(button, options.send()).catch((error: unknown) => {
      show([{ field: options.blame?.(error) ?? null, sentence: said(error) }]);
    });
  });
  return made;
}

function faultList(faults: readonly Fault[]): Child {
  if (faults.length === 1 && faults[0]?.field === null) {
    return h("p", { class: "error-summary-title" }, faults[0].sentence);
  }
  const items = faults.map((fault) => {
    const name = fault.field === null ? fault.sentence : `${fault.field.label} – ${fault.sentence}`;
    const link = h("a", { href: `#${fault.field?.input.id ?? ""}` }, name);
    link.addEventListener("click", (event) => {
      event.preventDefault();
      fault.field?.input.focus();
    });
    return h("li", null, fault.field === null ? name : link);
  });
  return [h("p", { class: "error-summary-title" }, t("À corriger")), h("ul", null, items)];
}

/** Put the focus into the first field of a form. */
export function begin(root: ParentNode): void {
  found<HTMLInputElement>(root, "input").focus();
}
