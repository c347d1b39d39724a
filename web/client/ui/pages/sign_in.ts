/** Sign-in: one calm form, or what unlocks the device. */

import type { Ronde } from "../../shell/ronde.ts";
import { h } from "../dom.ts";
import { door } from "../parts/door.ts";
import { hasPasskeys, offersInField, signInWithPasskey } from "../parts/passkey.ts";
import { passkeyButton } from "../parts/passkey_button.ts";
import { orLine, sessionForm } from "../parts/session_form.ts";
import type { Page, PageContext } from "../router.ts";
import { t } from "../words.ts";

/** Draw the page; the frame goes on by itself once somebody is signed in. */
export function signInPage({ ronde, signal, go }: PageContext): Page {
  const done = (): void => go("/sign-in", { replace: true });
  const element = door(
    t("Bonjour"),
    t("Connectez-vous pour retrouver vos cercles."),
    sessionForm(ronde, null, done),
    hasPasskeys() && [orLine(), passkeyButton(ronde, done)],
    h(
      "p",
      { class: "small muted" },
      t("Mot de passe oublié, ou téléphone perdu ? La coordination de votre réseau vous envoie une nouvelle invitation."),
    ),
  );
  return {
    title: t("Connexion"),
    element,
    layout: "door",
    arrived: () => {
      if (matchMedia("(pointer: fine)").matches) element.querySelector("input")?.focus();
      void waitInField(ronde, signal).then((came) => came && done());
    },
  };
}

/** Let the browser offer passkeys in the e-mail field; true once one signed somebody in. */
async function waitInField(ronde: Ronde, signal: AbortSignal): Promise<boolean> {
  if (!(await offersInField())) return false;
  return await signInWithPasskey(ronde, { inField: true, signal }).then(
    () => true,
    () => false,
  );
}
