/** Why a file is refused, before it is sent or by the server. */

import { Refused } from "../../shell/ronde.ts";
import { t, tn } from "../words.ts";
import { type FileFault, MOST_BYTES, MOST_LINES } from "./checking.ts";
import { refusalWord } from "./words.ts";

const MEGABYTE = 1024 * 1024;

/** The bounds of a file, said before one is chosen. */
export function boundsWords(): string {
  return t("Au plus {size} Mo et {lines} lignes.", { size: MOST_BYTES / MEGABYTE, lines: MOST_LINES.toLocaleString("fr-FR") });
}

/** Why a file is not even sent. */
export function faultWord(fault: FileFault): string {
  return FAULTS[fault]();
}

/** Why the server took no file. */
export function sendingWord(error: unknown): string {
  if (error instanceof Refused && error.code === "file_refused") return fileRefused(error);
  if (error instanceof Refused && error.code === "too_large") return FAULTS.too_large();
  return refusalWord(error);
}

/** The server says the line, and either the columns or a word for the whole. */
function fileRefused(error: Refused): string {
  const [first] = error.errors;
  const fault = first?.message ?? "";
  const known = SERVER_FAULTS[fault];
  if (known !== undefined) return known();
  const columns = error.errors.map(({ message }) => message).filter((each) => each !== "");
  if (columns.length === 0) return `${error.title}.`;
  return tn("Cette colonne manque, ou y est deux fois : {names}.", "Ces colonnes manquent, ou y sont deux fois : {names}.", columns.length, {
    names: columns.join(", "),
  });
}

const FAULTS: Readonly<Record<FileFault, () => string>> = {
  empty: () => t("Ce fichier est vide."),
  too_large: () => t("Ce fichier dépasse {size} Mo. Coupez-le en plusieurs.", { size: MOST_BYTES / MEGABYTE }),
  workbook: () => t("Ce n'est pas un tableau en texte. Dans votre tableur, enregistrez-le au format CSV, puis choisissez ce fichier-là."),
  encoding: () => t("Ce fichier est écrit en UTF-16. Enregistrez-le en CSV UTF-8."),
  headings: () => t("Aucune colonne de ce fichier n'est connue. La première ligne doit porter les noms des colonnes ; vérifiez aussi l'outil choisi."),
  too_many_lines: () => t("Ce fichier a plus de {lines} lignes. Coupez-le en plusieurs.", { lines: MOST_LINES.toLocaleString("fr-FR") }),
  not_a_bundle: () => t("Ce n'est pas un Bundle FHIR en JSON."),
};

const SERVER_FAULTS: Readonly<Record<string, () => string>> = {
  ...FAULTS,
  open_quote: () => t("Un guillemet est ouvert dans ce fichier et n'est jamais fermé."),
  unknown_source: () => t("Cet outil n'est plus proposé. Rechargez la page."),
};
