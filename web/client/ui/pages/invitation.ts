/** An invitation becomes an account: a password, a second factor, a device. Under a minute. */

import { Refused } from "../../shell/ronde.ts";
import { type Child, fill, found, h } from "../dom.ts";
import { said } from "../faults.ts";
import { begin, form, passwordField } from "../form.ts";
import { icon } from "../icons.ts";
import { door } from "../parts/door.ts";
import { fullName } from "../parts/avatar.ts";
import { nameThisDevice } from "../parts/name_device.ts";
import { propose, strength } from "../parts/password_strength.ts";
import { qrCode } from "../parts/qr.ts";
import { recoverySheet } from "../parts/recovery_sheet.ts";
import { codeField, digits, wrongCode } from "../parts/session_form.ts";
import type { Page, PageContext } from "../router.ts";
import { toast } from "../toast.ts";
import { t } from "../words.ts";

const STEPS = 3;
type Factor = { readonly secret: string; readonly uri: string };

/** Draw the page; the token stands behind the # and never leaves but to be used. */
export function invitationPage(context: PageContext): Page {
  const place = h("div", { class: "stack" });
  const element = door(t("Bienvenue dans Ronde"), "", place);
  const steps = new Steps(context, element, place);
  if (context.place.token === "") steps.over();
  else steps.choosePassword();
  return { title: t("Invitation"), element, layout: "door", leave: () => steps.mayLeave() };
}

/** The steps of one invitation, drawn one after the other in the same card. */
class Steps {
  readonly #context: PageContext;
  readonly #element: HTMLElement;
  readonly #place: HTMLElement;
  #unnoted = false;

  constructor(context: PageContext, element: HTMLElement, place: HTMLElement) {
    this.#context = context;
    this.#element = element;
    this.#place = place;
  }

  mayLeave(): boolean {
    return !this.#unnoted;
  }

  over(): void {
    this.#draw(0, t("Cette invitation n'est plus valable"), [
      h("p", { class: "soft" }, t("Elle a déjà servi, ou elle a plus de sept jours. Demandez-en une nouvelle à la coordination de votre réseau.")),
      h("a", { class: "button button-wide", href: "/sign-in" }, t("J'ai déjà un compte")),
    ]);
  }

  choosePassword(): void {
    const words = h("p", { class: "strength", role: "status" });
    const password = passwordField({
      label: t("Choisissez un mot de passe"),
      name: "new-password",
      hint: t("Au moins 15 signes. Une phrase à vous convient très bien."),
      input: { autocomplete: "new-password" },
    });
    const judge = (): void => {
      const { level, sentence } = strength(password.input.value);
      words.dataset.level = level;
      fill(words, level !== "none" && [icon(level === "weak" ? "info" : "check", "small"), sentence]);
    };
    password.element.append(words);
    password.input.addEventListener("input", judge);
    const offer = (): void => {
      password.input.type = "text";
      password.input.value = propose();
      password.input.dispatchEvent(new Event("input"));
      fill(words, icon("info", "small"), t("Laissez votre navigateur l'enregistrer, ou notez-le."));
    };
    const made = form({
      fields: [password],
      body: [
        password.element,
        h("button", { class: "link-button", type: "button", onclick: offer }, t("En proposer un")),
      ],
      action: t("Continuer"),
      verify: () => {
        const { level, sentence } = strength(password.input.value);
        return level === "weak" || level === "none" ? [{ field: password, sentence }] : [];
      },
      send: () => this.#enrol(password.input.value),
      blame: () => password,
    });
    this.#draw(1, t("Bienvenue dans Ronde"), made);
    if (matchMedia("(pointer: fine)").matches) begin(made);
  }

  async #enrol(password: string): Promise<void> {
    const { ronde, place } = this.#context;
    try {
      this.#confirm(await ronde.api.ask<Factor>("POST", "/enrolments", { token: place.token, password }));
    } catch (error) {
      if (!(error instanceof Refused) || error.code !== "invitation_over") throw error;
      this.over();
    }
  }

  #confirm(factor: Factor): void {
    const code = codeField();
    const made = form({
      fields: [code],
      body: code.element,
      action: t("Confirmer"),
      verify: () => wrongCode(code),
      send: () => this.#enter(digits(code)),
      blame: () => code,
    });
    this.#draw(2, t("Protégez votre compte"), [
      h("p", { class: "soft" }, t("Ouvrez votre application d'authentification et scannez ce carré. Elle vous donne un code à six chiffres.")),
      qrCode(factor.uri, t("Carré à scanner avec l'application d'authentification")),
      secretLine(factor),
      made,
    ]);
  }

  async #enter(code: string): Promise<void> {
    const { ronde, place, go } = this.#context;
    await ronde.api.ask("POST", "/enrolments/confirmation", { token: place.token, code });
    // The invitation is used up: a reload must not offer it again.
    history.replaceState(history.state, "", "/invitation");
    await ronde.signedIn();
    const { standing } = ronde;
    const first = standing.kind === "no-device" && !standing.others && !standing.recoverable;
    if (!first) return go("/", { replace: true });
    await this.#prepare();
  }

  async #prepare(): Promise<void> {
    this.#draw(3, t("Un instant…"), h("div", { class: "waiting", role: "status" }, h("span", { class: "spinner" }), t("Nous préparons cet appareil.")));
    try {
      const { code } = await this.#context.ronde.device.begin({ kind: "new" });
      nameThisDevice(this.#context.ronde);
      if (code === null) return void (await this.#arrive());
      this.#unnoted = true;
      this.#showCode(code);
    } catch (error) {
      const again = (): void => void this.#prepare();
      this.#draw(3, t("Cet appareil n'est pas encore prêt"), [
        h("p", { class: "soft" }, said(error)),
        h("button", { class: "button button-primary button-wide", type: "button", onclick: again }, t("Réessayer")),
      ]);
    }
  }

  #showCode(code: string): void {
    const { me } = this.#context.ronde;
    const sheet = recoverySheet(code, me === null ? "" : fullName(me), () => this.#arrive());
    this.#draw(3, t("Votre code de récupération"), sheet);
  }

  /** Straight into the first circle; with none yet, or several, the day is the better page. */
  async #arrive(): Promise<void> {
    this.#unnoted = false;
    const { ronde, go } = this.#context;
    const day = await ronde.api.read<{ circles: { id: string }[] }>("/day").catch(() => null);
    const circles = day?.value.circles ?? [];
    go(circles.length === 1 ? `/circles/${circles[0]?.id}` : "/", { replace: true });
  }

  #draw(step: number, title: string, body: Child): void {
    const heading = found<HTMLElement>(this.#element, "h1");
    fill(heading, title);
    fill(this.#place, step > 0 && stepLine(step), body);
    heading.setAttribute("tabindex", "-1");
    if (step < 2) return;
    // What was entered cannot be entered twice: no change of language draws the page anew.
    this.#element.querySelector(".door > .segmented")?.remove();
    heading.focus({ preventScroll: true });
    document.querySelector("#main")?.scrollTo(0, 0);
  }
}

function stepLine(step: number): HTMLElement {
  return h(
    "div",
    { class: "steps" },
    h("p", { class: "visually-hidden" }, t("Étape {step} sur {steps}", { step, steps: STEPS })),
    Array.from({ length: STEPS }, (_, at) => h("span", { class: at < step ? "step step-done" : "step", "aria-hidden": "true" })),
  );
}

/** For whoever reads this on the very phone that has the application. */
function secretLine(factor: Factor): HTMLElement {
  const grouped = (factor.secret.match(/.{1,4}/gu) ?? []).join(" ");
  const copy = (): void => {
    void navigator.clipboard.writeText(factor.secret).then(() => toast(t("Copié")));
  };
  return h(
    "details",
    { class: "secret" },
    h("summary", null, t("Je ne peux pas scanner")),
    h(
      "div",
      { class: "stack-tight" },
      h("a", { class: "button button-wide", href: factor.uri }, t("Ouvrir l'application sur cet appareil")),
      h("p", { class: "small soft" }, t("Ou saisissez ceci dans l'application :")),
      h(
        "p",
        { class: "row-between secret-line" },
        h("span", { class: "code" }, grouped),
        h("button", { class: "icon-button", type: "button", "aria-label": t("Copier"), onclick: copy }, icon("copy", "small")),
      ),
    ),
  );
}
