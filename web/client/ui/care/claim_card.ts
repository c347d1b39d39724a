/** A child's forfait for whoever holds the sessions: one tap says that today's was held. */

import { newId } from "../../core/ids.ts";
import { Refused, type Ronde } from "../../shell/ronde.ts";
import { dressed } from "../clothes.ts";
import { timeOf } from "../dates.ts";
import { type Child, announce, fill, h } from "../dom.ts";
import { icon } from "../icons.ts";
import { toast } from "../toast.ts";
import { t } from "../words.ts";
import { type Claimed, type Standing, type Usual, heldNow, standingOf, usualOf } from "./claiming.ts";
import { progressOf, warningOf } from "./progress.ts";
import { type Waiting, standing as counted } from "./queue.ts";
import { askButton, refusalWords } from "./refusal.ts";
import { type Claims, refusalOf } from "./sending.ts";
import type { EarlyCare, ForfaitView, SessionForm } from "./served.ts";
import { disciplineWord, partWord, placeWord } from "./words.ts";

export type CardGiven = {
  readonly ronde: Ronde;
  readonly go: (href: string) => void;
  readonly care: EarlyCare;
  readonly claims: Claims;
  /** All that one may claim on, to know what is usual. */
  readonly all: () => readonly ForfaitView[];
  /** The child's name by now; null where the card stands on the child's own page. */
  readonly child: (() => string) | null;
};

export class ClaimCard {
  readonly element: HTMLElement;
  readonly #given: CardGiven;
  #forfait: ForfaitView;
  #shown = "";

  constructor(forfait: ForfaitView, given: CardGiven) {
    this.#given = given;
    this.#forfait = forfait;
    this.element = given.child === null ? h("div", { class: "stack-tight" }) : h("article", { class: "card care-card" });
    this.draw();
  }

  get forfait(): ForfaitView {
    return this.#forfait;
  }

  /** Take the forfait as the server has it now. */
  take(forfait: ForfaitView): void {
    this.#forfait = forfait;
    this.draw();
  }

  /** Stand on what is most likely next: taking back what was said, else saying it. */
  focus(): void {
    const { element } = this;
    const next = element.querySelector<HTMLElement>(".care-undo") ?? element.querySelector<HTMLElement>(".care-tap, .button");
    next?.focus({ preventScroll: true });
  }

  /** Draw what differs; whoever stands on a button keeps their place. */
  draw(): void {
    const { claims, care } = this.#given;
    const child = this.#given.child?.() ?? null;
    const now = new Date();
    const me = this.#given.ronde.me?.professional ?? null;
    const mine = claims.waiting.filter((each) => each.forfait === this.#forfait.id);
    const standing = standingOf(this.#forfait, counted(mine), me, now);
    const usual = usualOf(this.#forfait, this.#given.all(), me);
    const shown = JSON.stringify([this.#forfait, mine, child, now.toDateString()]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    const name = disciplineWord(care, this.#forfait.discipline);
    fill(
      this.element,
      child !== null && h("div", { class: "stack-tight" }, h("h3", { class: "card-title" }, child), h("p", { class: "card-note" }, name)),
      child !== null && progressOf(this.#forfait, standing),
      standing.today.map((each) => this.#reported(each)),
      mine.filter((each) => each.refused !== null).map((each) => this.#refused(each)),
      this.#acts(standing, usual),
      child !== null && warningOf(this.#forfait, standing, this.#next(standing)),
    );
  }

  #acts({ left, next, today }: Standing, usual: Usual | null): Child {
    const open = (): void => void this.#details(null);
    const more = h("button", { class: "button", type: "button", onclick: open }, today.length === 0 ? t("Détails") : t("Une autre séance"));
    if (left === 0 || this.#forfait.state !== "open") {
      return h("div", { class: "button-row" }, h("button", { class: "button", type: "button", onclick: open }, t("Une séance d'un autre jour")));
    }
    if (today.length > 0) return h("div", { class: "button-row" }, more);
    const word = next === "assessment" ? t("Bilan fait") : t("Séance faite");
    const tap = (): void => void (usual === null ? this.#details(null) : this.#claim(heldNow(usual, next, new Date())));
    const note = usual === null ? t("La première fois, on vous demande le lieu et la durée.") : this.#usually(usual);
    return h(
      "div",
      { class: "stack-tight" },
      h("div", { class: "care-acts" }, h("button", { class: "button button-primary care-tap", type: "button", onclick: tap }, icon("check"), word), more),
      h("p", { class: "small muted" }, note),
    );
  }

  #usually({ place, minutes }: Usual): string {
    return t("Aujourd'hui, {place}, {minutes} min", { place: placeWord(this.#given.care, place), minutes });
  }

  #reported(each: Claimed & { readonly sent: boolean }): HTMLElement {
    const { form } = each;
    const facts = [
      form.done ? partWord(form.part) : t("Manquée"),
      timeOf(form.start),
      placeWord(this.#given.care, form.place),
      form.minutes !== null && t("{n} min", { n: form.minutes }),
    ];
    return h(
      "div",
      { class: "care-reported" },
      h("p", { class: "signed" }, icon(each.sent ? "received" : "clock", "small"), h("span", null, facts.filter(Boolean).join(" · "))),
      !each.sent && h("p", { class: "small warm-text" }, t("Enregistrée ici, en attente du réseau : elle partira toute seule.")),
      h("button", { class: "button button-small care-undo", type: "button", onclick: () => void this.#undo(each.session) }, t("Annuler")),
    );
  }

  #refused(each: Waiting): HTMLElement {
    const { ronde, go, claims } = this.#given;
    const refusal = each.refused ?? { code: "", title: "", mender: null };
    const words = refusalWords(refusal);
    const day = new Date(each.form.start);
    const sentence = t("je ne peux pas enregistrer la séance du {day} : {why}", { day: day.toLocaleDateString(), why: words });
    const drop = (): void => void claims.undo(each).catch(tell);
    return h(
      "div",
      { class: "banner banner-danger", role: "alert" },
      icon("warning"),
      h("p", null, h("strong", null, t("Séance du {day} non enregistrée", { day: day.toLocaleDateString() })), " ", words),
      h(
        "div",
        { class: "banner-actions care-acts" },
        askButton({ ronde, circle: this.#forfait.circle, go }, refusal.mender, sentence),
        h("button", { class: "button button-small", type: "button", onclick: () => void this.#details(each) }, t("Corriger")),
        h("button", { class: "button button-small button-quiet", type: "button", onclick: drop }, t("Retirer")),
      ),
    );
  }

  /** What to do when a forfait nears its end. */
  #next({ left }: Standing): Child {
    const { ronde, go } = this.#given;
    const review = this.#forfait.review_form === null
      ? null
      : h("a", { class: "button button-small", href: `/circles/${this.#forfait.circle}/documents` }, t("Écrire le bilan"));
    if (left > 0 && this.#forfait.state === "open") return review;
    const name = disciplineWord(this.#given.care, this.#forfait.discipline);
    const words = t("le forfait « {name} » est fini. Pouvez-vous prescrire la suite, si elle est utile ?", { name });
    return [review, askButton({ ronde, circle: this.#forfait.circle, go }, "physician", words)];
  }

  async #claim(form: SessionForm): Promise<void> {
    const session = newId();
    try {
      await this.#given.claims.add({ forfait: this.#forfait.id, session, form });
    } catch (error) {
      await tell(error);
      return;
    }
    announce(t("Séance enregistrée."));
    this.focus();
  }

  async #undo(session: string): Promise<void> {
    try {
      await this.#given.claims.undo({ forfait: this.#forfait.id, session });
    } catch (error) {
      await tell(error);
      return;
    }
    announce(t("Séance retirée."));
    this.focus();
  }

  /** Open what may be said of a session; `corrects` is one that was refused. */
  async #details(corrects: Waiting | null): Promise<void> {
    const { care, claims, ronde } = this.#given;
    const me = ronde.me?.professional ?? null;
    const { next } = standingOf(this.#forfait, counted(claims.waiting), me, new Date());
    const { openSession } = await dressed(import("./session_dialog.ts"));
    openSession({
      care,
      forfait: this.#forfait,
      usual: usualOf(this.#forfait, this.#given.all(), me),
      begins: corrects?.form ?? null,
      part: next,
      keep: async (form) => {
        if (corrects === null) await this.#claim(form);
        else await claims.again(corrects.session, form, newId());
      },
    });
  }
}

/** Say what went wrong; the words for what is seldom wrong come when they are needed. */
async function tell(error: unknown): Promise<void> {
  toast(error instanceof Refused ? refusalWords(refusalOf(error)) : (await import("../faults.ts")).said(error));
}
