/** What went wrong, in a sentence that says what to do now. */

import { NotPossible, Refused, Unreachable } from "../shell/ronde.ts";
import { t, tn } from "./words.ts";

/** Say an error to the person in front of the screen. Never shows what a program said. */
export function said(error: unknown): string {
  if (error instanceof Unreachable) {
    return t("Le serveur ne répond pas. Vérifiez votre connexion, puis réessayez.");
  }
  if (error instanceof NotPossible) return notPossible(error.code);
  if (error instanceof Refused) return refused(error);
  return t("Quelque chose n'a pas fonctionné. Réessayez ; si cela recommence, rechargez la page.");
}

function refused(error: Refused): string {
  if (error.code === "too_many_requests") return tooMany(error.retryAfter);
  const known = REFUSALS[error.code];
  if (known !== undefined) return known();
  if (error.status >= 500) {
    return t("Le service a un problème passager. Réessayez dans un instant.");
  }
  return error.title === "" ? t("La demande a été refusée.") : `${error.title}.`;
}

function tooMany(seconds: number | null): string {
  const minutes = Math.max(1, Math.ceil((seconds ?? 60) / 60));
  return tn(
    "Trop d'essais. Réessayez dans {n} minute.",
    "Trop d'essais. Réessayez dans {n} minutes.",
    minutes,
  );
}

const REFUSALS: Readonly<Record<string, () => string>> = {
  sign_in_refused: () =>
    t("Adresse, mot de passe ou code incorrect. Vérifiez les trois, puis réessayez avec un nouveau code."),
  not_signed_in: () => t("Votre session est terminée. Reconnectez-vous pour continuer."),
  invitation_over: () =>
    t("Cette invitation a déjà servi ou a expiré. Demandez-en une nouvelle à la coordination."),
  code_refused: () => t("Ce code n'est pas le bon. Attendez le suivant, puis saisissez-le."),
  password_too_weak: () =>
    t("Ce mot de passe est trop facile à deviner. Prenez une phrase plus longue, avec des mots à vous."),
  too_many_devices: () =>
    t("Vous avez déjà dix appareils. Retirez-en un qui ne sert plus, puis recommencez."),
  key_not_attested: () =>
    t("Votre identité a été vérifiée sur un autre appareil. Utilisez votre code de récupération, ou contactez la coordination."),
  stale_version: () => t("Quelqu'un d'autre a modifié ceci entre-temps. Rechargez pour voir la dernière version."),
  condition_failed: () => t("Quelqu'un d'autre a modifié ceci entre-temps. Rechargez pour voir la dernière version."),
  no_active_convention: () => t("Votre convention n'est pas en vigueur : demandez à la coordination de la renouveler."),
  forbidden: () => t("Votre rôle ne permet pas cette action."),
  not_found: () => t("Cette page n'existe pas, ou elle n'est pas pour vous."),
  busy: () => t("Le service est très demandé. Réessayez dans un instant."),
};

function notPossible(code: string): string {
  return (IMPOSSIBLE[code] ?? (() => t("Ce n'est pas possible sur cet appareil.")))();
}

const IMPOSSIBLE: Readonly<Record<string, () => string>> = {
  file_too_large: () => t("Ce fichier dépasse 10 Mo. Choisissez-en un plus léger."),
  file_empty: () => t("Ce fichier est vide."),
  file_type: () => t("Ce type de fichier ne peut pas être envoyé. Préférez un PDF ou une image."),
  image_unreadable: () => t("Cette image ne peut pas être lue. Essayez une autre photo."),
  attachment_damaged: () => t("Ce fichier n'est pas celui qui a été envoyé : il ne sera pas ouvert."),
  wrong_code: () => t("Ce code de récupération n'ouvre rien. Vérifiez chaque groupe de quatre signes."),
  no_backup: () => t("Aucune sauvegarde n'attend sur le serveur : continuez sans code."),
  no_identity_key: () => t("Cette personne n'a pas encore d'appareil."),
  not_that_key: () => t("Ce n'est pas le numéro que le serveur montre. Arrêtez-vous là et prévenez la coordination."),
  not_that_role: () => t("Le serveur dit maintenant autre chose de son métier ou de son rôle. Rechargez la page et vérifiez."),
  not_that_account: () => t("Ce navigateur garde l'appareil de quelqu'un d'autre."),
  no_device: () => t("Ce navigateur n'est pas encore prêt : rechargez la page."),
  not_in_channel: () => t("Vous n'êtes plus dans cette discussion."),
  too_long: () => t("Ce message est trop long. Coupez-le en deux, ou joignez un fichier."),
};
