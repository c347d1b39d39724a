/** A convention step by step: papers that come back, signature, training, end. */

import { Refused, type Ronde } from "../../shell/ronde.ts";
import { dateOf } from "../dates.ts";
import { openDialog } from "../dialog.ts";
import { type Child, h } from "../dom.ts";
import { said } from "../faults.ts";
import { busy } from "../busy.ts";
import { type Field, field, form } from "../form.ts";
import { icon } from "../icons.ts";
import { labelWord } from "../nomenclature.ts";
import { toast } from "../toast.ts";
import { t } from "../words.ts";
import { today } from "./fields.ts";
import { type Step, stepPath } from "./path.ts";
import type { ConventionForm, PathwayRules, TrainingModule } from "./served.ts";
import { moduleWord } from "./words.ts";

const MODULES: readonly TrainingModule[] = ["pathway", "child_support", "tool"];

export type ConventionOptions = {
  readonly ronde: Ronde;
  readonly rules: PathwayRules;
  readonly decides: boolean;
  readonly changed: () => void;
};

/** Tell whether a convention is over. */
export function isOver(convention: ConventionForm): boolean {
  return convention.active_to !== null && convention.active_to < today();
}

/** Draw one convention. */
export function conventionSteps(convention: ConventionForm, options: ConventionOptions): HTMLElement {
  const steps = [papers(convention, options), signature(convention, options), training(convention, options)];
  return h("div", { class: "stack-tight" }, stepPath(steps, t("Convention")), ending(convention, options));
}

function papers(convention: ConventionForm, options: ConventionOptions): Step {
  const missing = convention.pieces.filter((each) => each.received_on === null);
  const name = (code: string): string => {
    const piece = options.rules.checklist.find((each) => each.code === code);
    return piece === undefined ? code : labelWord(piece.label);
  };
  const rows = convention.pieces.map(({ code, received_on: on }) =>
    h(
      "li",
      { class: "row-between office-piece" },
      h("span", null, name(code)),
      on === null ? receive(convention, code, name(code), options) : h("span", { class: "badge badge-good" }, icon("check", "small"), dateOf(on)),
    ),
  );
  return {
    state: missing.length === 0 ? "done" : "now",
    title: t("Documents revenus"),
    note: h("ul", { class: "office-pieces" }, rows),
  };
}

function receive(convention: ConventionForm, code: string, name: string, options: ConventionOptions): Child {
  if (!options.decides) return h("span", { class: "badge" }, t("attendu"));
  const button = h("button", { class: "button button-small", type: "button", "aria-label": t("Reçu : {name}", { name }) }, h("span", null, t("Reçu")));
  button.addEventListener("click", () => {
    void busy(button, tell(options, "POST", `/conventions/${convention.id}/pieces`, { code, on: today() }, t("C'est noté.")));
  });
  return button;
}

function signature(convention: ConventionForm, options: ConventionOptions): Step {
  const { signed_on: signed, active_from: from, active_to: to } = convention;
  const title = t("Signature");
  if (signed !== null && from !== null) {
    const days = to === null ? t("en vigueur depuis le {from}", { from: dateOf(from) }) : t("en vigueur du {from} au {to}", { from: dateOf(from), to: dateOf(to) });
    return { state: isOver(convention) ? "stopped" : "done", title, note: h("p", null, t("Signée le {day}, {days}.", { day: dateOf(signed), days })) };
  }
  const complete = convention.pieces.every((each) => each.received_on !== null);
  const open = (): void => openSignature(convention, options);
  return {
    state: complete ? "now" : "later",
    title,
    note: h("p", null, complete ? t("Tous les documents sont là.") : t("Quand tous les documents sont revenus.")),
    acts: complete && options.decides && h("button", { class: "button button-primary", type: "button", onclick: open }, t("Noter la signature")),
  };
}

function training(convention: ConventionForm, options: ConventionOptions): Step {
  const followed = new Map(convention.trainings.map((each) => [each.module, each.on] as const));
  const rows = MODULES.map((module) => {
    const on = followed.get(module);
    return h(
      "li",
      { class: "row-between office-piece" },
      h("span", null, moduleWord(module)),
      on === undefined ? attend(convention, module, options) : h("span", { class: "badge badge-good" }, icon("check", "small"), dateOf(on)),
    );
  });
  return {
    state: followed.size === MODULES.length ? "done" : convention.signed_on === null ? "later" : "now",
    title: t("Formation"),
    note: convention.signed_on === null ? h("p", null, t("Elle suit la signature.")) : h("ul", { class: "office-pieces" }, rows),
  };
}

function attend(convention: ConventionForm, module: TrainingModule, options: ConventionOptions): Child {
  if (!options.decides) return h("span", { class: "badge" }, t("à suivre"));
  const name = moduleWord(module);
  const button = h("button", { class: "button button-small", type: "button", "aria-label": t("Suivi : {name}", { name }) }, h("span", null, t("Suivi")));
  button.addEventListener("click", () => {
    void busy(button, tell(options, "POST", `/conventions/${convention.id}/trainings`, { module, on: today() }, t("C'est noté.")));
  });
  return button;
}

function ending(convention: ConventionForm, options: ConventionOptions): Child {
  if (!options.decides || convention.active_from === null || isOver(convention)) return null;
  const open = (): void => openEnd(convention, options);
  return h("div", null, h("button", { class: "link-button", type: "button", onclick: open }, t("Mettre fin à cette convention")));
}

function openSignature(convention: ConventionForm, options: ConventionOptions): void {
  const day = (label: string, name: string, value: string, hint?: string): Field =>
    field({ label, name, input: { type: "date", value }, ...(hint === undefined ? {} : { hint }) });
  const signed = day(t("Signée le"), "signed", today());
  const from = day(t("En vigueur à partir du"), "from", today());
  const to = day(t("Jusqu'au"), "to", "", t("Laissez vide si elle n'a pas de fin."));
  const send = async (): Promise<void> => {
    const body = { signed_on: signed.input.value, active_from: from.input.value, active_to: to.input.value === "" ? null : to.input.value };
    await options.ronde.api.ask("PUT", `/conventions/${convention.id}/signature`, body);
    dialog.close();
    toast(t("La convention est signée."));
    options.changed();
  };
  const dialog = openDialog({
    title: t("Signature de la convention"),
    body: form({
      fields: [signed, from, to],
      body: [signed.element, from.element, to.element],
      action: t("Enregistrer"),
      verify: () => {
        if (from.input.value < signed.input.value) return [{ field: from, sentence: t("Pas avant la signature.") }];
        if (to.input.value !== "" && to.input.value < from.input.value) return [{ field: to, sentence: t("Pas avant le début.") }];
        return [signed, from].filter((each) => each.input.value === "").map((each) => ({ field: each, sentence: t("Il manque le jour.") }));
      },
      send,
      blame: (error) => (error instanceof Refused && error.code === "bad_period" ? to : null),
    }),
  });
}

function openEnd(convention: ConventionForm, options: ConventionOptions): void {
  const last = field({ label: t("Dernier jour"), name: "last", input: { type: "date", value: today(), min: convention.active_from ?? "" } });
  const send = async (): Promise<void> => {
    await options.ronde.api.ask("PUT", `/conventions/${convention.id}/end`, { last_day: last.input.value });
    dialog.close();
    toast(t("La fin est notée."));
    options.changed();
  };
  const dialog = openDialog({
    title: t("Mettre fin à la convention"),
    body: form({
      fields: [last],
      body: [h("p", null, t("Le lendemain, ses cercles lui sont fermés et l'on ne peut plus rien lui confier.")), last.element],
      action: t("Mettre fin"),
      verify: () => (last.input.value === "" ? [{ field: last, sentence: t("Il manque le jour.") }] : []),
      send,
      blame: (error) => (error instanceof Refused && error.code === "bad_period" ? last : null),
    }),
  });
}

async function tell(options: ConventionOptions, method: "POST" | "PUT", path: string, body: unknown, words: string): Promise<void> {
  try {
    await options.ronde.api.ask(method, path, body);
    toast(words);
    options.changed();
  } catch (error) {
    toast(said(error));
  }
}
