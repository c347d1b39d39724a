/** A child's circle: choose who is in it, open it with one button, let people in and go. */

import type { ChildId } from "../../core/ids.ts";
import { childName } from "../circle/naming.ts";
import { unknownWarrant } from "../coordination/admission.ts";
import { Composition } from "../coordination/composition.ts";
import { membersSection } from "../coordination/members.ts";
import { notYours } from "../coordination/office.ts";
import { colleaguesOf } from "../coordination/people.ts";
import { radios } from "../coordination/fields.ts";
import { powersOf } from "../coordination/powers.ts";
import { seats, trusts } from "../coordination/seats.ts";
import { type Child, announce, fill, h } from "../dom.ts";
import { confirm } from "../dialog.ts";
import { busy } from "../busy.ts";
import { icon } from "../icons.ts";
import { subpage } from "../parts/subpage.ts";
import type { Page, PageContext } from "../router.ts";
import type { ChildHeader } from "../served.ts";
import { toast } from "../toast.ts";
import { t, tn } from "../words.ts";

export async function coordinationCirclePage(context: PageContext): Promise<Page> {
  const { ronde, place, signal } = context;
  const title = t("Cercle");
  if (!powersOf(ronde.me?.role).decide) return { title, element: notYours() };
  const id = place.params["child"] as ChildId;
  const [{ value: child }, colleagues] = await Promise.all([
    ronde.api.read<ChildHeader>(`/children/${id}/header`),
    colleaguesOf(ronde, signal),
  ]);
  const composition = await Composition.open(ronde, child, colleagues);
  // Whoever only looks at somebody else's circle chooses nobody.
  const choosing = composition.isOurs && !composition.closed ? await import("../coordination/picker.ts") : null;
  const room = new Room(context, composition, choosing);
  signal.addEventListener("abort", ronde.on("channel", () => room.drawMembers()));
  return { title, element: room.element };
}

type Choosing = typeof import("../coordination/picker.ts");

class Room {
  readonly element: HTMLElement;
  readonly #context: PageContext;
  readonly #composition: Composition;
  readonly #choosing: Choosing | null;
  readonly #members = h("div", { class: "office-slot" });
  readonly #choice = h("div", { class: "stack-loose" });
  readonly #act = h("div", { class: "compose-act" });
  #working = false;

  constructor(context: PageContext, composition: Composition, choosing: Choosing | null) {
    this.#context = context;
    this.#choosing = choosing;
    this.#composition = composition;
    const { child } = composition;
    this.element = subpage(
      { href: `/coordination/children/${child.id}`, name: childName(child) },
      t("Cercle de {name}", { name: child.given_name }),
      t("Ceux qui suivent l'enfant, dans une discussion que personne d'autre ne lit."),
      this.#members,
      this.#choice,
      this.#act,
    );
    this.#draw();
  }

  drawMembers(): void {
    if (!this.#working) fill(this.#members, this.#membersSection());
  }

  #draw(): void {
    fill(this.#members, this.#membersSection());
    const { isOurs, closed, circle, child } = this.#composition;
    const ready = circle !== null || child.included_on !== null;
    if (isOurs && !closed && ready) this.#drawChoice();
    else fill(this.#choice, this.#reason());
    this.#drawAct();
  }

  #membersSection(): Child {
    const { ronde } = this.#context;
    if (this.#composition.circle === null) return null;
    return membersSection(ronde, this.#composition, {
      release: async (id) => this.#change(async () => this.#composition.release(id), t("La personne a quitté le cercle.")),
      bringBack: async (id) => this.#change(async () => this.#composition.bringBack(id), t("La personne est de retour.")),
    });
  }

  #reason(): Child {
    const { isOurs, closed } = this.#composition;
    if (closed) return note(t("Ce cercle est fermé : personne n'y entre plus, ses membres peuvent encore le lire."));
    if (!isOurs) return note(t("Une autre coordinatrice tient ce cercle : c'est elle qui y fait entrer."));
    return note(t("L'enfant n'est pas encore inclus : son cercle vient ensuite."));
  }

  #drawChoice(): void {
    const { child, circle, colleagues, glance, chosen, past } = this.#composition;
    const inside = new Set([this.#context.ronde.me?.professional, ...(glance?.members ?? []).map((each) => each.professional)]);
    const history = radios({
      label: t("Ce qui a été dit avant leur arrivée"),
      name: "past",
      value: past,
      options: [
        { value: "all", label: t("Ils lisent tout") },
        { value: "joining", label: t("À partir d'aujourd'hui") },
      ],
      changed: () => void this.#composition.giveThePast(history.value() === "joining" ? "joining" : "all"),
    });
    fill(
      this.#choice,
      h(
        "section",
        { class: "section" },
        h("h2", { class: "section-title" }, circle === null ? t("Qui suit {name} ?", { name: child.given_name }) : t("Faire entrer quelqu'un")),
        this.#choosing?.picker({
          colleagues: [...colleagues.values()].filter((each) => !inside.has(each.id)),
          chosen: new Set(chosen),
          referring: child.referring_physician,
          warrant: unknownWarrant(this.#context.ronde, colleagues),
          choose: (id, on) => void this.#composition.choose(id, on).then(() => this.#drawAct()),
        }),
        // Where nothing has been said yet there is no past to give.
        circle !== null && history.element,
      ),
    );
  }

  #drawAct(): void {
    const { isOurs, closed, circle } = this.#composition;
    const words = isOurs ? this.#actWords() : null;
    const button = h("button", { class: "button button-primary button-wide", type: "button" }, h("span", null, words ?? ""));
    button.addEventListener("click", () => void this.#goOn(button));
    const close = (): void => void this.#close();
    fill(
      this.#act,
      words !== null && seats(this.#composition),
      words !== null && h("div", { class: "sticky-foot" }, button),
      isOurs && circle !== null && !closed && h("button", { class: "link-button danger-text", type: "button", onclick: close }, t("Fermer ce cercle pour de bon")),
    );
  }

  /** What the one button says; nothing where nothing is to be done. */
  #actWords(): string | null {
    const { circle, chosen, left, closed, child } = this.#composition;
    const n = chosen.length;
    if (circle === null && child.included_on === null) return null;
    if (circle === null && n === 0) return t("Ouvrir le cercle, sans personne d'autre pour l'instant");
    if (circle === null) return tn("Ouvrir le cercle avec {n} personne", "Ouvrir le cercle avec {n} personnes", n);
    if (n > 0 && !closed) return tn("Faire entrer {n} personne", "Faire entrer {n} personnes", n);
    return left > 0 ? t("Terminer ce qui reste à faire") : null;
  }

  async #goOn(button: HTMLElement): Promise<void> {
    if (!(await trusts(this.#composition))) return;
    const bar = h("progress", { class: "progress", max: 1, value: 0, "aria-label": t("Avancement") });
    const fresh = this.#composition.circle === null;
    this.#working = true;
    this.#act.append(bar);
    try {
      const drawn = (done: number, all: number): void => void (bar.value = done / all);
      await busy(button, this.#composition.goOn(drawn));
      this.#told(fresh);
    } catch (error) {
      toast(t("Interrompu : {why} Ce qui est fait reste fait.", { why: await why(error) }), { seconds: 12 });
      await this.#composition.refresh().catch(() => undefined);
    }
    this.#working = false;
    this.#draw();
  }

  #told(fresh: boolean): void {
    const { circle, left } = this.#composition;
    const barred = this.#composition.standings().filter((each) => each.fault !== null).length;
    if (barred > 0 || left > 0) {
      announce(t("Il reste quelque chose à faire."));
      return;
    }
    this.#members.scrollIntoView({ block: "nearest" });
    const words = fresh ? t("Le cercle est ouvert.") : t("C'est fait.");
    toast(words, { action: { label: t("Y aller"), run: () => this.#context.go(`/circles/${circle ?? ""}`) } });
  }

  async #change(work: () => Promise<void>, words: string): Promise<void> {
    try {
      await work();
      toast(words);
    } catch (error) {
      toast(await why(error), { seconds: 12 });
      await this.#composition.refresh().catch(() => undefined);
    }
    this.#draw();
  }

  async #close(): Promise<void> {
    const sure = await confirm({
      title: t("Fermer ce cercle ?"),
      text: t("Plus personne n'y entrera, et cela ne se défait pas. Ses membres pourront encore le lire."),
      action: t("Fermer pour de bon"),
      danger: true,
    });
    if (sure) await this.#change(async () => this.#composition.close(), t("Le cercle est fermé."));
  }
}

function note(words: string): HTMLElement {
  return h("p", { class: "banner" }, icon("info"), h("span", null, words));
}

/** Why something was refused: the words are loaded when something is. */
async function why(error: unknown): Promise<string> {
  const { whyNot } = await import("../coordination/why_not.ts");
  return whyNot(error);
}
