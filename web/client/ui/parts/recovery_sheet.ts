/** The recovery code, shown once: to copy, to print, to keep, and to prove that one kept it. */

import { h } from "../dom.ts";
import { field, form } from "../form.ts";
import { icon } from "../icons.ts";
import { dateOf } from "../dates.ts";
import { toast } from "../toast.ts";
import { t } from "../words.ts";

const GROUPS = 8;

/** Show a code of eight groups; `done` is called once somebody has noted it. */
export function recoverySheet(code: string, owner: string, done: () => unknown): HTMLElement {
  const groups = groupsOf(code);
  // It is shown this once: closing the window asks first.
  const ask = (event: BeforeUnloadEvent): void => {
    if (sheet.isConnected) event.preventDefault();
  };
  window.addEventListener("beforeunload", ask);
  const noted = (): unknown => {
    window.removeEventListener("beforeunload", ask);
    return done();
  };
  const sheet = h(
    "div",
    { class: "stack" },
    h("p", { class: "soft" }, t("Si vous perdez vos appareils, ce code vous rend vos discussions. Nous ne le gardons nulle part : notez-le maintenant.")),
    h("div", { class: "recovery-code", role: "group", "aria-label": t("Votre code de récupération") }, groups.map((group) => h("span", { class: "code" }, group))),
    h("div", { class: "recovery-acts" }, copyButton(groups), printButton(), downloadButton(groups, owner)),
    printedSheet(groups, owner),
    proof(groups, noted),
  );
  return sheet;
}

/** Cut a code as people type it into groups of four capitals. */
function groupsOf(text: string): string[] {
  const plain = text.toUpperCase().replace(/[^0-9A-Z]/gu, "").slice(0, GROUPS * 4);
  return plain.match(/.{1,4}/gu) ?? [];
}

function copyButton(groups: readonly string[]): HTMLElement {
  const copy = (): void => {
    const copied = navigator.clipboard.writeText(groups.join(" "));
    void copied.then(() => toast(t("Code copié. Collez-le dans un endroit sûr.")), () => toast(t("La copie n'est pas permise ici.")));
  };
  return h("button", { class: "button button-small", type: "button", onclick: copy }, icon("copy", "small"), t("Copier"));
}

function printButton(): HTMLElement {
  const print = (): void => window.print();
  return h("button", { class: "button button-small", type: "button", onclick: print }, icon("print", "small"), t("Imprimer"));
}

function downloadButton(groups: readonly string[], owner: string): HTMLElement {
  const save = (): void => {
    const text = `${sheetTitle()}\n${owner}\n\n${groups.join(" ")}\n\n${advice()}\n`;
    const url = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
    const link = h("a", { href: url, download: "ronde-recuperation.txt" });
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 1000);
  };
  return h("button", { class: "button button-small", type: "button", onclick: save }, icon("download", "small"), t("Télécharger"));
}

function sheetTitle(): string {
  return t("Ronde – code de récupération");
}

function advice(): string {
  return t("Gardez cette feuille avec vos papiers importants, jamais avec votre téléphone. Personne de Ronde ne vous demandera ce code.");
}

function printedSheet(groups: readonly string[], owner: string): HTMLElement {
  return h(
    "div",
    { class: "print-only print-sheet", "aria-hidden": "true" },
    h("h2", null, sheetTitle()),
    h("p", null, [owner, dateOf(Date.now())].filter((each) => each !== "").join(" – ")),
    h("p", { class: "print-code code" }, groups.join("  ")),
    h("p", null, advice()),
  );
}

/** Ask for one group, chosen at random: whoever can answer has noted the code. */
function proof(groups: readonly string[], done: () => unknown): HTMLElement {
  const asked = (crypto.getRandomValues(new Uint8Array(1))[0] ?? 0) % groups.length;
  const group = field({
    label: t("Pour vérifier, saisissez le groupe n° {n}", { n: asked + 1 }),
    name: "group",
    input: { class: "input input-code", autocomplete: "off", autocapitalize: "characters", spellcheck: "false", maxlength: 6 },
  });
  return form({
    fields: [group],
    body: group.element,
    action: t("Je l'ai noté, continuer"),
    verify: () => {
      const given = groupsOf(group.input.value).join("");
      if (lookAlike(given) === lookAlike(groups[asked] ?? "")) return [];
      return [{ field: group, sentence: t("Ce n'est pas ce groupe. Relisez le code ci-dessus.") }];
    },
    send: async () => done(),
  });
}

function lookAlike(text: string): string {
  return text.replace(/O/gu, "0").replace(/[IL]/gu, "1");
}

/** Tell whether a code as somebody typed it has all its groups. */
export function isWhole(typed: string): boolean {
  return groupsOf(typed).join("").length === GROUPS * 4;
}

/** A field for a code, set in groups of four as one types or pastes. */
export function recoveryField(): ReturnType<typeof field> {
  const made = field({
    label: t("Code de récupération"),
    name: "recovery",
    hint: t("Huit groupes de quatre signes, sur la feuille que vous avez gardée. Majuscules, espaces et tirets n'ont pas d'importance."),
    input: { class: "input input-code", autocomplete: "off", autocapitalize: "characters", spellcheck: "false", maxlength: 60 },
  });
  made.input.addEventListener("input", () => {
    const { value, selectionEnd } = made.input;
    // Only what is typed at the end is set anew: a cursor in the middle stays where it is.
    if (selectionEnd === value.length) made.input.value = groupsOf(value).join(" ");
  });
  return made;
}

