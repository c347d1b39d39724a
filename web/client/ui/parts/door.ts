/** The room before the house: the sign, one card, and the choice of language. */

import { type Child, h } from "../dom.ts";
import { brandMark } from "../icons.ts";
import { LANGUAGES, keepLanguage, language, speak, t } from "../words.ts";

const NAMES = { fr: "Français", en: "English" } as const;

/** Stand a card in the door: an `h1`, a sentence, and what is to be done. */
export function door(title: string, lead: Child, ...body: readonly Child[]): HTMLElement {
  return h(
    "div",
    { class: "door" },
    h("div", { class: "door-brand" }, brandMark(), h("span", null, "Ronde")),
    h(
      "div",
      { class: "door-card" },
      h("h1", { class: "page-title" }, title),
      lead !== "" && h("p", { class: "page-lead" }, lead),
      ...body,
    ),
    languageSwitch(),
  );
}

/** The languages as a bar of two; the page is drawn anew in the one that is chosen. */
export function languageSwitch(chosen: (language: "fr" | "en") => unknown = () => undefined): HTMLElement {
  return h(
    "div",
    { class: "segmented", role: "radiogroup", "aria-label": t("Langue") },
    LANGUAGES.map((each) => {
      const input = h("input", { type: "radio", name: "language", value: each, checked: each === language() });
      input.addEventListener("change", () => {
        keepLanguage(each);
        chosen(each);
        void speak(each).then(() => document.dispatchEvent(new Event("ronde-language")));
      });
      return h("label", { lang: each }, input, NAMES[each]);
    }),
  );
}
