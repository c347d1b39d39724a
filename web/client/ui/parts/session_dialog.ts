/** Signing in again over the page: nothing below it is lost, neither a draft nor a place. */

import type { Ronde } from "../../shell/ronde.ts";
import { type Dialog, openDialog } from "../dialog.ts";
import { h } from "../dom.ts";
import { toast } from "../toast.ts";
import { t } from "../words.ts";
import { hasPasskeys } from "./passkey.ts";
import { passkeyButton } from "./passkey_button.ts";
import { orLine, sessionForm } from "./session_form.ts";

let standing: Dialog | null = null;

/** Close the dialog: the page below it is gone. */
export function closeSessionDialog(): void {
  standing?.close();
}

/** Open the dialog, unless it is open already. */
export function openSessionDialog(ronde: Ronde): void {
  if (standing !== null) return;
  const done = (): void => {
    standing?.close();
    toast(t("Vous êtes de nouveau connecté."));
  };
  // Whoever signs in again in another tab need not do it here too.
  const deaf = ronde.on("status", ({ signedIn }) => {
    if (signedIn) standing?.close();
  });
  standing = openDialog({
    title: t("Votre session est terminée"),
    body: [
      h("p", { class: "soft" }, t("Reconnectez-vous pour continuer. Ce que vous écriviez est gardé.")),
      sessionForm(ronde, ronde.me?.email ?? null, done),
      hasPasskeys() && [orLine(), passkeyButton(ronde, done)],
    ],
    closed: () => {
      deaf();
      standing = null;
    },
  });
}
