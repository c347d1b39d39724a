/** What a message's text becomes: links that go where they seem to go, and nothing else. */

import assert from "node:assert/strict";
import { test } from "node:test";

import type { ProfessionalId } from "../../web/client/core/ids.ts";
import { People } from "../../web/client/ui/feed/people.ts";
import { rich } from "../../web/client/ui/feed/rich.ts";

/** As much of an element as a link needs. */
class Made {
  readonly attributes = new Map<string, string>();
  words = "";

  append(...words: readonly string[]): void {
    this.words += words.join("");
  }

  setAttribute(name: string, value: string): void {
    this.attributes.set(name, value);
  }
}

Object.assign(globalThis, { Node: Made, document: { createElement: () => new Made() } });

function links(text: string): (readonly [string | undefined, string])[] {
  const pieces = rich(text, [], new People([]), "ana" as ProfessionalId) as unknown[];
  const made = pieces.filter((piece) => piece instanceof Made);
  return made.map((each) => [each.attributes.get("href"), each.words] as const);
}

test("a link goes where it says, without the point that ends the sentence", () => {
  assert.deepEqual(links("Voir https://ronde.example/a?b=c."), [
    ["https://ronde.example/a?b=c", "https://ronde.example/a?b=c"],
  ]);
});

test("nothing but https is a link", () => {
  const wicked = ["javascript:alert(1)", "data:text/html,x", "http://ronde.example", "https:ronde.example"];

  assert.deepEqual(wicked.flatMap(links), []);
});

test("a sign that is not seen ends a link, so that it cannot be read the other way round", () => {
  for (const sign of ["\u202e", "\u2067", "\u200b", "\u00ad", "\ufeff"]) {
    assert.deepEqual(links(`https://evil.example/${sign}gro.elgoog`), [
      ["https://evil.example/", "https://evil.example/"],
    ]);
  }
});

test("a text made to be slow is read as fast as any", () => {
  const began = performance.now();

  links("https://" + ".".repeat(8_000));
  links("https://".repeat(1_000) + "!".repeat(8_000));

  assert.ok(performance.now() - began < 1_000);
});

test("a sign that French sets apart stays with the word before it, however it was typed", () => {
  const [text] = rich("Tu confirmes ? Voir : le point", [], new People([]), "ana" as ProfessionalId);

  assert.equal(text, "Tu confirmes\u00a0? Voir\u00a0: le point");
});
