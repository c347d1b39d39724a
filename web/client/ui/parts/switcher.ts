/** Ctrl+K: type a few letters, arrive. Circles, pages and acts in one list. */

import type { Ronde } from "../../shell/ronde.ts";
import { bringBackCaret } from "../dialog.ts";
import { fill, freshId, h } from "../dom.ts";
import { type IconName, icon } from "../icons.ts";
import "../more_icons.ts";
import { type Match, lookFor } from "../fuzzy.ts";
import { t } from "../words.ts";
import type { FrameCircle } from "./frame.ts";

export type SwitcherOptions = {
  readonly ronde: Ronde;
  readonly circles: () => readonly FrameCircle[];
  readonly go: (href: string) => void;
};

type Target = { readonly label: string; readonly sign: IconName; readonly run: () => unknown };
type Hit = { readonly target: Target; readonly match: Match };

const MOST = 12;

/** Open the switcher, unless it is open; gives what to call when there are more circles. */
export function openSwitcher(options: SwitcherOptions): () => void {
  if (document.querySelector("dialog.switcher") !== null) return () => undefined;
  const switcher = new Switcher(targets(options));
  switcher.open();
  return () => switcher.learn(targets(options));
}

class Switcher {
  #targets: readonly Target[];
  readonly #list = h("ul", { class: "switcher-list", id: freshId("targets"), role: "listbox", "aria-label": t("Résultats") });
  readonly #input: HTMLInputElement;
  readonly #dialog: HTMLDialogElement;
  #hits: readonly Hit[] = [];
  #at = 0;

  constructor(all: readonly Target[]) {
    this.#targets = all;
    this.#input = h("input", {
      type: "text",
      role: "combobox",
      autocomplete: "off",
      spellcheck: "false",
      placeholder: t("Un cercle, une page, une action…"),
      "aria-label": t("Aller à…"),
      "aria-expanded": "true",
      "aria-controls": this.#list.id,
      "aria-autocomplete": "list",
      autofocus: true,
    });
    this.#dialog = h(
      "dialog",
      { class: "dialog switcher", "aria-label": t("Aller à…") },
      h("div", { class: "switcher-field" }, icon("search"), this.#input),
      this.#list,
    );
  }

  open(): void {
    this.#input.addEventListener("input", () => this.#look());
    this.#input.addEventListener("keydown", (event) => this.#key(event));
    this.#dialog.addEventListener("close", () => {
      this.#dialog.remove();
      bringBackCaret();
    });
    this.#dialog.addEventListener("click", (event) => {
      if (event.target === this.#dialog) this.#dialog.close();
    });
    document.body.append(this.#dialog);
    this.#look();
    this.#dialog.showModal();
  }

  /** Look through these from now on, for what has been typed already. */
  learn(all: readonly Target[]): void {
    this.#targets = all;
    if (this.#dialog.open) this.#look();
  }

  #look(): void {
    const asked = this.#input.value.trim();
    const hits: Hit[] = [];
    for (const target of this.#targets) {
      const match = lookFor(asked, target.label);
      if (match !== null) hits.push({ target, match });
    }
    this.#hits = hits.sort((a, b) => b.match.score - a.match.score).slice(0, MOST);
    this.#at = 0;
    this.#draw();
  }

  #draw(): void {
    const rows = this.#hits.map((hit, at) => {
      const choose = (): void => this.#run(hit);
      return h(
        "li",
        { class: "switcher-option", role: "option", id: `${this.#list.id}-${at}`, "aria-selected": String(at === this.#at), onclick: choose },
        icon(hit.target.sign, "small"),
        h("span", null, marked(hit.target.label, hit.match)),
      );
    });
    fill(this.#list, rows, rows.length === 0 && h("li", { class: "empty", role: "option", "aria-disabled": "true", "aria-selected": "false" }, t("Rien de ce nom.")));
    this.#input.setAttribute("aria-activedescendant", rows.length === 0 ? "" : `${this.#list.id}-${this.#at}`);
    rows[this.#at]?.scrollIntoView({ block: "nearest" });
  }

  #key(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && this.#hits.length > 0) {
      event.preventDefault();
      this.#at = (this.#at + step + this.#hits.length) % this.#hits.length;
      this.#draw();
    }
    const hit = this.#hits[this.#at];
    if (event.key === "Enter" && !event.isComposing && hit !== undefined) this.#run(hit);
  }

  #run(hit: Hit): void {
    this.#dialog.close();
    hit.target.run();
  }
}

function marked(label: string, match: Match): (string | HTMLElement)[] {
  return [...label].map((sign, at) => (match.places.has(at) ? h("mark", null, sign) : sign));
}

function targets({ ronde, circles, go }: SwitcherOptions): Target[] {
  const page = (label: string, sign: IconName, href: string): Target => ({ label, sign, run: () => go(href) });
  const busiest = [...circles()].sort((a, b) => b.view.unread - a.view.unread);
  const coordinates = ronde.me !== null && ronde.me.role !== "professional";
  return [
    ...busiest.map(({ view, name }) => page(name, "message", `/circles/${view.id}`)),
    page(t("Ma journée"), "day", "/"),
    page(t("Cercles"), "circles", "/circles"),
    page(t("Tâches"), "tasks", "/tasks"),
    ...(coordinates ? [page(t("Coordination"), "coordination", "/coordination")] : []),
    page(t("Compte"), "account", "/account"),
    page(t("Appareils et sessions"), "phone", "/account/devices"),
    page(t("Notifications"), "bell", "/account/notifications"),
    page(t("Vérifier l'identité d'un collègue"), "shield", "/account/colleagues"),
    { label: t("Tout actualiser"), sign: "refresh", run: () => ronde.synchronise() },
    { label: t("Se déconnecter"), sign: "leave", run: () => ronde.signOut({ wipe: false }) },
  ];
}
