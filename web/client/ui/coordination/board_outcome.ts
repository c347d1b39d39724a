/** What became of an act on several children: what is done stays done, and each refusal is told. */

import { Refused } from "../../shell/ronde.ts";
import { openDialog } from "../dialog.ts";
import { h } from "../dom.ts";
import { said } from "../faults.ts";
import { icon } from "../icons.ts";
import { toast } from "../toast.ts";
import { t, tn } from "../words.ts";

/** What the server did of an act on several: each line done, or the code of what kept it. */
export type BulkAnswer = { readonly lines: readonly { readonly id: string; readonly done: boolean; readonly code: string | null }[] };

export type Each = { readonly child: string; readonly name: string; readonly run: () => Promise<unknown> };

export type Told = {
  readonly done: readonly string[];
  readonly failed: readonly { readonly name: string; readonly why: string }[];
  /** Say what was done, with a way back if there is one, and line by line what was not. */
  readonly show: (sentence: string, undo?: () => unknown) => void;
};

/** Tell what the server did of an act on several. */
export function toldOf({ lines }: BulkAnswer, name: (id: string) => string): Told {
  const done = lines.filter((each) => each.done).map(({ id }) => id);
  const failed = lines.filter((each) => !each.done).map(({ id, code }) => ({ name: name(id), why: codeWord(code ?? "") }));
  return told(done, failed);
}

/** Go through all of it here; one that is refused keeps none of the others. */
export async function goThrough(work: readonly Each[]): Promise<Told> {
  const done: string[] = [];
  const failed: { readonly name: string; readonly why: string }[] = [];
  for (const { child, name, run } of work) {
    try {
      await run();
      done.push(child);
    } catch (error) {
      failed.push({ name, why: said(error) });
    }
  }
  return told(done, failed);
}

function told(done: Told["done"], failed: Told["failed"]): Told {
  const show = (sentence: string, undo?: () => unknown): void => {
    if (done.length > 0) toast(sentence, undo === undefined ? {} : { undo });
    if (failed.length > 0) openFailed(failed);
  };
  return { done, failed, show };
}

function codeWord(code: string): string {
  const known: Readonly<Record<string, () => string>> = {
    not_found: () => t("Ce n'est plus là, ou plus pour vous."),
    nothing_to_remind: () => t("Aucune visite n'est à programmer pour cet enfant."),
    duty_ended: () => t("Quelqu'un l'a déjà traité autrement."),
  };
  return known[code]?.() ?? said(new Refused({ status: 409, code }));
}

function openFailed(failed: Told["failed"]): void {
  openDialog({
    title: tn("{n} n'a pas pu être fait", "{n} n'ont pas pu être faits", failed.length),
    body: [
      h("p", { class: "soft" }, t("Le reste est fait. Voici, un par un, ce qui ne l'est pas.")),
      h("ul", { class: "list card card-flush" }, failed.map(({ name, why }) => h("li", { class: "list-row" }, icon("warning"), h("div", { class: "list-main office-line" }, h("p", { class: "list-title" }, name), h("p", { class: "list-note" }, why))))),
    ],
  });
}
