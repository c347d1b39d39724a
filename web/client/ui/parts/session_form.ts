/** The two factors in one calm form, for the sign-in page and the dialog over a page. */

import type { Ronde } from "../../shell/ronde.ts";
import { h } from "../dom.ts";
import { type Fault, type Field, field, form, passwordField } from "../form.ts";
import { t } from "../words.ts";

const DIGITS = 6;

/** E-mail, password and one-time code; `known` is the address of somebody who comes back. */
export function sessionForm(
  ronde: Ronde,
  known: string | null,
  done: () => unknown = () => undefined,
): HTMLFormElement {
  const email = field({
    label: t("Adresse e-mail"),
    name: "email",
    input: {
      type: "email",
      inputmode: "email",
      autocomplete: "username webauthn",
      autocapitalize: "none",
      spellcheck: "false",
      value: known ?? "",
      readonly: known !== null,
    },
  });
  const password = passwordField({
    label: t("Mot de passe"),
    name: "password",
    input: { autocomplete: "current-password" },
  });
  const code = codeField();
  const send = async (): Promise<void> => {
    const entered = { email: email.input.value.trim(), password: password.input.value, code: digits(code) };
    try {
      await ronde.api.ask("POST", "/sessions", entered);
    } catch (error) {
      // A code serves once, and the next try needs a new one.
      code.input.value = "";
      throw error;
    }
    await ronde.signedIn();
    done();
  };
  return form({
    fields: [email, password, code],
    body: [email.element, password.element, code.element],
    action: t("Se connecter"),
    verify: () => [...missing(email, password), ...wrongCode(code)],
    send,
  });
}

/** A field for the six digits, which takes what is pasted with spaces. */
export function codeField(): Field {
  const made = field({
    label: t("Code à six chiffres"),
    name: "code",
    hint: t("Dans votre application d'authentification"),
    input: {
      class: "input input-code",
      inputmode: "numeric",
      autocomplete: "one-time-code",
      spellcheck: "false",
      maxlength: 12,
    },
  });
  made.input.addEventListener("input", () => {
    const only = digits(made);
    if (only.length >= DIGITS) made.input.value = only.slice(0, DIGITS);
  });
  return made;
}

/** The digits of a code field, without what people put between them. */
export function digits(code: Field): string {
  return code.input.value.replace(/\D/gu, "");
}

/** What is wrong with a code before anybody is asked. */
export function wrongCode(code: Field): Fault[] {
  if (digits(code).length === DIGITS) return [];
  return [{ field: code, sentence: t("Saisissez les six chiffres.") }];
}

function missing(email: Field, password: Field): Fault[] {
  const faults: Fault[] = [];
  if (!/.+@.+/u.test(email.input.value)) {
    faults.push({ field: email, sentence: t("Saisissez votre adresse e-mail.") });
  }
  if (password.input.value === "") {
    faults.push({ field: password, sentence: t("Saisissez votre mot de passe.") });
  }
  return faults;
}

/** A line that stands between two ways in. */
export function orLine(): HTMLElement {
  return h("div", { class: "divider-label" }, t("ou"));
}
