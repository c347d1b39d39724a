/** Why somebody could not be let into a circle, or a circle not be opened. */

import { Refused } from "../../shell/ronde.ts";
import { said } from "../faults.ts";
import { t } from "../words.ts";

/** Say it to the coordinator. */
export function whyNot(error: unknown): string {
  if (!(error instanceof Refused)) return said(error);
  return (KNOWN[error.code] ?? ((): string => said(error)))();
}

const KNOWN: Readonly<Record<string, () => string>> = {
  no_active_convention: () => t("Sa convention n'est pas en vigueur aujourd'hui."),
  identity_not_attested: () => t("Son identité n'est pas vérifiée."),
  no_key_package: () => t("Son appareil ne répond plus : demandez-lui d'ouvrir Ronde une fois, puis réessayez."),
  no_seat_for_role: () => t("Son rôle n'a pas de place dans un cercle."),
  consent_missing: () => t("L'accord de la famille manque encore."),
  parent_opposed: () => t("Un parent s'oppose : le cercle ne peut pas s'ouvrir."),
  child_not_included: () => t("L'enfant n'est pas encore inclus."),
  circle_exists: () => t("Un cercle vient d'être ouvert pour cet enfant. Rechargez la page."),
  circle_closed: () => t("Ce cercle est fermé : personne n'y entre plus."),
  stale_chain: () => t("Quelqu'un d'autre vient de changer ce cercle. Réessayez."),
};
