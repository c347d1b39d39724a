/** How good a password is, said in words as it is typed; the server has the last one. */

import { t, tn } from "../words.ts";

const LEAST_CHARACTERS = 15;
const LEAST_DIFFERENT = 6;
const VERY_GOOD = 22;
const CONSONANTS = "bcdfgjklmnprstv";
const VOWELS = "aeiou";

export type Strength = { readonly level: "none" | "weak" | "good" | "best"; readonly sentence: string };

/** Judge a password by the part of the server's policy that can be told without knowing people. */
export function strength(password: string): Strength {
  const signs = [...password].length;
  if (signs === 0) return { level: "none", sentence: t("Choisissez un mot de passe.") };
  if (signs < LEAST_CHARACTERS) {
    const missing = LEAST_CHARACTERS - signs;
    return { level: "weak", sentence: tn("Encore {n} signe.", "Encore {n} signes.", missing) };
  }
  const different = new Set(password.toLowerCase()).size;
  if (different < LEAST_DIFFERENT || /^\d+$/u.test(password)) {
    return { level: "weak", sentence: t("Trop répétitif : variez les mots.") };
  }
  if (signs < VERY_GOOD) return { level: "good", sentence: t("Bon mot de passe.") };
  return { level: "best", sentence: t("Très bon mot de passe.") };
}

/** Propose one that can be said aloud: four made-up words, some 74 random bits. */
export function propose(): string {
  const random = crypto.getRandomValues(new Uint32Array(24));
  const letters = [...random].map((value, at) => {
    const from = at % 2 === 0 ? CONSONANTS : VOWELS;
    return from[value % from.length] ?? "";
  });
  return [0, 6, 12, 18].map((at) => letters.slice(at, at + 6).join("")).join("-");
}
