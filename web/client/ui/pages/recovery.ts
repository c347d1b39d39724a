/** A browser that holds no device yet: the recovery code opens everything, or one begins anew. */

import { type Beginning, NotPossible } from "../../shell/ronde.ts";
import { type Child, fill, found, freshId, h } from "../dom.ts";
import { confirm } from "../dialog.ts";
import { said } from "../faults.ts";
import { type Answerable, form } from "../form.ts";
import { fullName } from "../parts/avatar.ts";
import { door } from "../parts/door.ts";
import { nameThisDevice } from "../parts/name_device.ts";
import { renewFirst } from "../parts/no_circle.ts";
import { isWhole, recoveryField, recoverySheet } from "../parts/recovery_sheet.ts";
import type { Page, PageContext } from "../router.ts";
import type { MyDay } from "../served.ts";
import { t } from "../words.ts";

/** Draw the page for a signed-in person whose browser is new, or lost what it kept. */
export async function recoveryPage(context: PageContext): Promise<Page> {
  const place = h("div", { class: "stack" });
  const element = door(t("Nouvel appareil"), "", place);
  const room = new Room(context, element, place);
  await room.open();
  return { title: t("Nouvel appareil"), element, layout: "door", leave: () => room.mayLeave() };
}

class Room {
  readonly #context: PageContext;
  readonly #element: HTMLElement;
  readonly #place: HTMLElement;
  #unnoted = false;
  #told = false;

  constructor(context: PageContext, element: HTMLElement, place: HTMLElement) {
    this.#context = context;
    this.#element = element;
    this.#place = place;
  }

  mayLeave(): boolean {
    return !this.#unnoted;
  }

  async open(): Promise<void> {
    const { standing } = this.#context.ronde;
    if (standing.kind !== "no-device") return this.#context.go("/");
    if (standing.removed && !this.#told) return this.#tellRemoved();
    // Circles must be open to give their past back: a code is not spent in vain.
    if ((standing.recoverable || standing.others) && (await this.#isLapsed())) return this.#askRenewal();
    if (standing.recoverable) return this.#askCode(standing.lost);
    if (standing.others) return this.#offerAnew();
    void this.#begin({ kind: "new" });
  }

  /** Say why nothing is here any more, before anything is asked. */
  #tellRemoved(): void {
    const goOn = (): void => {
      this.#told = true;
      void this.open();
    };
    this.#draw(t("Cet appareil a été retiré"), [
      h("p", { class: "soft" }, t("Quelqu'un l'a retiré de votre compte depuis un autre appareil. Ce qu'il gardait a été effacé ici ; vos discussions sont intactes.")),
      h("p", { class: "soft" }, t("Si ce n'est pas vous, prévenez la coordination avant de continuer.")),
      h("button", { class: "button button-primary button-wide", type: "button", onclick: goOn }, t("Utiliser Ronde ici de nouveau")),
      this.#leaveLine(),
    ]);
  }

  async #isLapsed(): Promise<boolean> {
    try {
      return (await this.#context.ronde.api.ask<MyDay>("GET", "/day")).lapsed;
    } catch {
      return false;
    }
  }

  #askRenewal(): void {
    const again = (): void => this.#context.again();
    this.#draw(t("En attente de votre convention"), [
      h("p", { class: "soft" }, renewFirst()),
      h("p", { class: "soft" }, t("Gardez votre code de récupération : il vous servira ici ensuite.")),
      h("button", { class: "button button-primary button-wide", type: "button", onclick: again }, t("Réessayer")),
      this.#leaveLine(),
    ]);
  }

  #askCode(lost: boolean): void {
    const code = recoveryField();
    const lead = lost
      ? t("Ce navigateur a effacé ce qu'il gardait. Votre code de récupération vous rend tout.")
      : t("C'est la première fois que vous utilisez Ronde ici. Votre code de récupération vous rend vos discussions.");
    const others = keptField();
    const made = form({
      fields: [code, others],
      body: [code.element, others.element],
      action: t("Retrouver mes discussions"),
      verify: () =>
        [
          ...(isWhole(code.input.value) ? [] : [{ field: code, sentence: t("Le code a huit groupes de quatre signes.") }]),
          ...(others.value() === null ? [{ field: others, sentence: t("Choisissez une réponse.") }] : []),
        ],
      send: () => this.#restore(code.input.value, others.value() === "no"),
      blame: (error) => (error instanceof NotPossible ? code : null),
    });
    const gone = (): void => void this.#giveUp();
    this.#draw(lost ? t("Retrouvons vos discussions") : t("Nouvel appareil"), [
      h("p", { class: "soft" }, lead),
      made,
      h("button", { class: "link-button", type: "button", onclick: gone }, t("Je n'ai plus ce code")),
      this.#leaveLine(),
    ]);
  }

  #offerAnew(): void {
    const anew = (): void => void this.#giveUp();
    this.#draw(t("Nouvel appareil"), [
      h("p", { class: "soft" }, t("Vous utilisez déjà Ronde sur un autre appareil, et aucun code de récupération n'a été créé.")),
      consequences(),
      h("button", { class: "button button-primary button-wide", type: "button", onclick: anew }, t("Repartir de zéro ici")),
      this.#leaveLine(),
    ]);
  }

  async #giveUp(): Promise<void> {
    const sure = await confirm({
      title: t("Repartir sans le code ?"),
      text: consequences(),
      action: t("Repartir de zéro"),
      danger: true,
    });
    if (sure) await this.#begin({ kind: "lost" });
  }

  async #restore(text: string, replaces: boolean): Promise<void> {
    const { code } = await this.#context.ronde.device.begin({ kind: "restore", code: text, replaces });
    this.#finish(code, "/");
  }

  async #begin(how: Beginning): Promise<void> {
    this.#draw(t("Un instant…"), h("div", { class: "waiting", role: "status" }, h("span", { class: "spinner" }), t("Nous préparons cet appareil.")));
    try {
      const { code } = await this.#context.ronde.device.begin(how);
      this.#finish(code, how.kind === "lost" ? "/account/identity" : "/");
    } catch (error) {
      const again = (): void => void this.#begin(how);
      this.#draw(t("Cet appareil n'est pas encore prêt"), [
        h("p", { class: "soft" }, said(error)),
        h("button", { class: "button button-primary button-wide", type: "button", onclick: again }, t("Réessayer")),
        this.#leaveLine(),
      ]);
    }
  }

  #finish(code: string | null, next: string): void {
    nameThisDevice(this.#context.ronde);
    const go = (): void => {
      this.#unnoted = false;
      if (next === "/") this.#context.again();
      else this.#context.go(next, { replace: true });
    };
    if (code === null) return go();
    this.#unnoted = true;
    const { me } = this.#context.ronde;
    this.#draw(t("Votre code de récupération"), recoverySheet(code, me === null ? "" : fullName(me), go));
  }

  #leaveLine(): HTMLElement {
    const leave = (): void => void this.#context.ronde.signOut({ wipe: false });
    return h("button", { class: "link-button", type: "button", onclick: leave }, t("Ce n'est pas moi : me déconnecter"));
  }

  #draw(title: string, body: Child): void {
    const heading = found<HTMLElement>(this.#element, "h1");
    fill(heading, title);
    fill(this.#place, body);
    heading.setAttribute("tabindex", "-1");
    if (this.#element.isConnected) heading.focus({ preventScroll: true });
  }
}

type Kept = Answerable & { readonly element: HTMLElement; readonly value: () => Answer | null };
type Answer = "yes" | "no";

/** Whether another device is still there: nobody but its owner can know. */
function keptField(): Kept {
  const label = t("Avez-vous encore un autre appareil où vous utilisez Ronde ?");
  const error = h("p", { class: "field-error", id: freshId("kept-error") });
  const inputs = (["yes", "no"] as const).map((value) =>
    h("input", { type: "radio", name: "kept", value, "aria-describedby": error.id, onchange: () => fill(error) }),
  );
  const words = [t("Oui, je le garde"), t("Non, celui-ci le remplace")];
  const [first] = inputs;
  if (first === undefined) throw new Error("a question has answers");
  const element = h(
    "fieldset",
    { class: "fieldset" },
    h("legend", null, label),
    h("div", { class: "segmented" }, inputs.map((input, at) => h("label", null, input, words[at]))),
    error,
  );
  const value = (): Answer | null => (inputs.find((one) => one.checked)?.value as Answer | undefined) ?? null;
  const fault = (sentence: string | null): void => void fill(error, sentence);
  return { element, input: first, label, value, fault };
}

function consequences(): HTMLElement {
  return h(
    "ul",
    { class: "prose" },
    h("li", null, t("Vous retrouvez vos cercles ; vos collègues vous rendent l'historique quand ils sont connectés.")),
    h("li", null, t("Vos collègues sont prévenus que vous repartez de zéro.")),
    h("li", null, t("La coordination devra vérifier de nouveau votre identité, de vive voix.")),
  );
}
