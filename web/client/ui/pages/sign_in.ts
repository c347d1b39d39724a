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
export function signInPage({ ronde, signal }: PageContext): Page {
  const element = door(
    t("Bonjour"),
    t("Connectez-vous pour retrouver vos cercles."),
    ronde.standing.kind === "signed-out" && ronde.standing.removed && removal(),
    sessionForm(ronde, null),
    hasPasskeys() && [orLine(), passkeyButton(ronde)],
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
      void waitInField(ronde, signal);
    },
  };
}

/** Why nothing is here any more: said before anybody signs in. */
function removal(): HTMLElement {
  return h(
    "p",
    { class: "banner" },
    t("Cet appareil a été retiré du compte qui s'en servait : ce qu'il gardait a été effacé ici. Rien n'est perdu ailleurs."),
  );
}

/** Let the browser offer passkeys in the e-mail field; without an answer nothing happens. */
async function waitInField(ronde: Ronde, signal: AbortSignal): Promise<void> {
  if (await offersInField()) {
    await signInWithPasskey(ronde, { inField: true, signal }).catch(() => undefined);
  }
}
