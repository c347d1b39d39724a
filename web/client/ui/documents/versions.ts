/** The versions of a document: who signed what and why, one to read, any two to compare. */

import { type Child, fill, freshId, h } from "../dom.ts";
import type { People } from "../feed/people.ts";
import { check } from "../form.ts";
import { t } from "../words.ts";
import type { Names } from "./answer_words.ts";
import { signedWords } from "./reading.ts";
import type { DocumentView, FormDefinition, Version } from "./served.ts";
import { comparison } from "./side_by_side.ts";

export type VersionsOptions = {
  readonly document: DocumentView;
  readonly form: FormDefinition;
  readonly people: People;
  readonly names: Names;
  /** The version that is read now. */
  readonly shown: number;
  readonly choose: (version: Version) => void;
};

/** Draw the history with its comparison; nothing where there is one version only. */
export function versionsPart(options: VersionsOptions): Child {
  const { document, people, shown, choose } = options;
  if (document.versions.length < 2) return null;
  const rows = [...document.versions].reverse().map((version) =>
    h(
      "li",
      null,
      h(
        "button",
        { class: "list-row list-link hit", type: "button", "aria-pressed": String(version.number === shown), onclick: () => choose(version) },
        h(
          "span",
          { class: "list-main" },
          h("span", { class: "list-title" }, t("Version {n}", { n: version.number })),
          h("span", { class: "list-note" }, signedWords(version, people)),
          version.reason !== null && h("span", { class: "list-note" }, t("Motif : {reason}", { reason: version.reason })),
        ),
      ),
    ),
  );
  return h(
    "section",
    { class: "section screen-only" },
    h("h2", { class: "section-title" }, t("Versions")),
    h("ul", { class: "list card card-flush" }, rows),
    compared(options),
  );
}

/** Two versions to choose, the last two to begin with. */
function compared({ document, form, names }: VersionsOptions): HTMLElement {
  const last = document.versions.length;
  const [left, right] = [picker(document, last - 1), picker(document, last)];
  const all = check(t("Montrer aussi ce qui n'a pas changé"));
  const place = h("div", { role: "region", "aria-live": "polite", "aria-label": t("Comparaison") });
  const side = (select: HTMLSelectElement): { title: string; answers: Version["answers"] } => {
    const version = document.versions.find((each) => each.number === Number(select.value));
    return { title: t("Version {n}", { n: select.value }), answers: version?.answers ?? {} };
  };
  const draw = (): void => void fill(place, comparison(form, side(left.select), side(right.select), names, all.input.checked));
  for (const control of [left.select, right.select, all.input]) control.addEventListener("change", draw);
  const body = h("div", { class: "stack" }, h("div", { class: "field-row" }, labelled(left, t("Comparer")), labelled(right, t("avec"))), all.element, place);
  draw();
  return h("details", { class: "card" }, h("summary", { class: "strong" }, t("Comparer deux versions")), body);
}

type Picker = { readonly id: string; readonly select: HTMLSelectElement };

function picker(document: DocumentView, chosen: number): Picker {
  const id = freshId("version");
  const options = document.versions.map(({ number }) => h("option", { value: number }, t("Version {n}", { n: number })));
  return { id, select: h("select", { class: "select", id, value: chosen }, options) };
}

function labelled({ id, select }: Picker, words: string): HTMLElement {
  return h("div", { class: "field" }, h("label", { class: "field-label", for: id }, words), select);
}
