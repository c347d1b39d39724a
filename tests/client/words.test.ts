/** What the interface says: typography, placeholders, plurals, another language. */

import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import { language, speak, t, tn } from "../../web/client/ui/words.ts";

const ENGLISH = {
  "Bonjour {name} !": "Hello {name}!",
  "{n} message": ["{n} message", "{n} messages"],
};

Object.assign(globalThis, { document: { documentElement: { lang: "fr" } } });

/** Stand in for the server and its one catalogue; null for a network that fails. */
function browse(catalogue: unknown): void {
  Object.assign(globalThis, {
    RONDE_WORDS: { en: "words-en.json" },
    fetch: async () =>
      catalogue === null ? Promise.reject(new TypeError()) : new Response(JSON.stringify(catalogue)),
  });
}

afterEach(async () => {
  await speak("fr");
});

test("signs that stand alone in French keep to the word before them", () => {
  assert.equal(t("Vraiment ? Oui ; bien sûr !"), "Vraiment\u202f? Oui\u202f; bien sûr\u202f!");
  assert.equal(t("Attention : « merci »"), "Attention\u00a0: «\u00a0merci\u00a0»");
});

test("a number keeps its unit, and a word that only begins like one is left alone", () => {
  assert.equal(t("3 kg et 12 h, 5 %"), "3\u00a0kg et 12\u00a0h, 5\u00a0%");
  assert.equal(t("il y a {n} min"), "il y a {n}\u00a0min");
  assert.equal(t("3 glaces et 2 hommes"), "3 glaces et 2 hommes");
  assert.equal(t("le groupe n° 4"), "le groupe n°\u00a04");
});

test("what a placeholder brings cannot turn the rest of the sentence round", () => {
  const said = t("{who} a confié « {title} » à {names}", { who: "Ana", title: "Lit\u202e\u2067", names: "Ben" });

  assert.equal(said, "Ana a confié «\u00a0Lit\u00a0» à Ben");
});

test("what a placeholder brings is left as it was written", () => {
  assert.equal(t("Bonjour {name} !", { name: "Ana ?" }), "Bonjour Ana ?\u202f!");
});

test("a placeholder without a value stays visible", () => {
  assert.equal(t("Vu {when}"), "Vu {when}");
});

test("French counts nothing and one alike, and writes thousands apart", () => {
  const said = [0, 1, 2, 1234].map((n) => tn("{n} message", "{n} messages", n));

  assert.deepEqual(said, ["0 message", "1 message", "2 messages", "1\u202f234 messages"]);
});

test("another language is spoken from its catalogue, with its own plural and no French spaces", async () => {
  browse(ENGLISH);

  await speak("en");

  assert.equal(language(), "en");
  assert.equal(t("Bonjour {name} !", { name: "Ana" }), "Hello Ana!");
  assert.equal(tn("{n} message", "{n} messages", 0), "0 messages");
});

test("without its catalogue a language cannot be spoken, and French goes on", async () => {
  browse(null);

  await speak("en");

  assert.equal(language(), "fr");
  assert.equal(document.documentElement.lang, "fr");
});
