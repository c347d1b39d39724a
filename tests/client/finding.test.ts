/** Finding one's way: the switcher's letters, the table of addresses, how good a password is. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { lookFor } from "../../web/client/ui/fuzzy.ts";
import { propose, strength } from "../../web/client/ui/parts/password_strength.ts";
import { type Route, match } from "../../web/client/ui/router.ts";
import { ROUTES } from "../../web/client/ui/routes.ts";

const ORIGIN = "https://ronde.example";

function routeOf(path: string): Route | undefined {
  return match(ROUTES, new URL(path, ORIGIN))?.route;
}

test("letters are found in any case, without accents and with gaps between them", () => {
  assert.notEqual(lookFor("maelys", "Maëlys Ouvrard"), null);
  assert.notEqual(lookFor("mo", "Maëlys Ouvrard"), null);
  assert.equal(lookFor("om", "Maëlys Ouvrard"), null);
});

test("beginnings of words come before letters that are strewn about", () => {
  const names = ["Amélie Morvan", "Ma journée", "Dommage"];

  const sorted = names
    .map((name) => ({ name, score: lookFor("ma", name)?.score ?? Number.NEGATIVE_INFINITY }))
    .sort((a, b) => b.score - a.score);

  assert.equal(sorted[0]?.name, "Ma journée");
});

test("the letters that were asked for can be shown", () => {
  assert.deepEqual([...(lookFor("no", "Noé Tissier")?.places ?? [])], [0, 1]);
});

test("nothing asked for finds everything", () => {
  assert.deepEqual(lookFor("", "Noé"), { score: 0, places: new Set() });
});

test("an address is taken apart, and what stands behind # is kept from its path", () => {
  const found = match(ROUTES, new URL("/invitation#secret", ORIGIN));

  assert.equal(found?.route.path, "/invitation");
  assert.equal(found.place.path, "/invitation");
  assert.equal(found.place.token, "secret");
});

test("a name in an address becomes a parameter", () => {
  const routes: Route[] = [{ path: "/circles/{circle}/tasks", area: "circles", load: () => Promise.reject(new Error()) }];

  const found = match(routes, new URL("/circles/abc/tasks?state=late", ORIGIN));

  assert.deepEqual(found?.place.params, { circle: "abc" });
  assert.equal(found.place.query.get("state"), "late");
});

test("a longer or shorter address is another one, and the door is open to strangers alone", () => {
  assert.equal(routeOf("/account/nowhere/at/all"), undefined);
  assert.equal(routeOf("/sign-in/"), ROUTES[0]);
  assert.deepEqual(
    ROUTES.filter((route) => route.open === true).map((route) => route.path),
    ["/sign-in", "/invitation"],
  );
});

test("no two rows of the table answer to the same address", () => {
  const shapes = ROUTES.map((route) => route.path.replaceAll(/\{[a-z_]+\}/gu, "*"));

  assert.equal(new Set(shapes).size, shapes.length);
});

test("a password is judged by its length first, then by its variety", () => {
  const levels = ["", "court", "aaaaaaaaaaaaaaaaaaaa", "1234567890123456", "quatre chevaux tirent"].map(
    (password) => strength(password).level,
  );

  assert.deepEqual(levels, ["none", "weak", "weak", "weak", "good"]);
});

test("a password that is proposed is a very good one, and never the same twice", () => {
  const proposed = Array.from({ length: 50 }, propose);

  assert.equal(new Set(proposed).size, 50);
  assert.deepEqual(new Set(proposed.map((each) => strength(each).level)), new Set(["best"]));
});
