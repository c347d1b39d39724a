/** The shell's small rules: waiting, files, search, renewal, one thing after another. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { checkFile, nameOf, safeType, savedName } from "../../web/client/shell/files.ts";
import { News } from "../../web/client/shell/news.ts";
import { isDue } from "../../web/client/shell/renewal.ts";
import { NotPossible } from "../../web/client/shell/ronde.ts";
import { plain } from "../../web/client/shell/search.ts";
import { Queue } from "../../web/client/shell/slices.ts";
import { Turnstile } from "../../web/client/shell/turnstile.ts";
import { askedWait, offlineWait, raceWait } from "../../web/client/shell/waits.ts";

const DAY = 86_400_000;

test("the first try waits for nothing, later ones longer and longer and never for ever", () => {
  const longest = Array.from({ length: 12 }, (_, attempt) => raceWait(attempt, () => 1));

  assert.equal(longest[0], 0);
  assert.deepEqual(longest, longest.toSorted((one, other) => one - other));
  assert.equal(Math.max(...longest), 2_000);
});

test("two devices that lost the same race do not come back at the same moment", () => {
  assert.notEqual(raceWait(3, () => 0.2), raceWait(3, () => 0.7));
});

test("a server that does not answer is asked twice a minute at least, and not at once", () => {
  const waits = [0, 1, 5, 50].flatMap((attempt) => [0, 0.5, 1].map((r) => offlineWait(attempt, () => r)));

  assert.ok(Math.max(...waits) <= 30_000);
  assert.ok(Math.min(...waits) >= 500);
});

test("a file's ending says what it is, not what its sender calls it", () => {
  const pdf = { name: "Bilan.PDF", type: "", size: 10 };

  assert.deepEqual(checkFile(pdf), { type: "application/pdf" });
  for (const name of ["bilan.pdf.exe", "bilan.html", "bilan.svg", "bilan.js", "x.constructor"]) {
    const refused = { name, type: "application/pdf", size: 10 };
    assert.throws(() => checkFile(refused), new NotPossible("file_type"));
  }
});

test("what a browser might run is opened as bytes", () => {
  for (const type of ["text/html", "image/svg+xml", "text/javascript", "application/xhtml+xml"]) {
    assert.equal(safeType(type), "application/octet-stream");
  }
  assert.equal(safeType("application/pdf"), "application/pdf");
});

test("a file's name keeps its ending and loses paths, unseen signs and length", () => {
  assert.equal(nameOf({ name: "../../etc/passwd.txt" }), ".._.._etc_passwd.txt");
  assert.equal(nameOf({ name: "compte\u202erendu\u0000.pdf" }), "compte_rendu_.pdf");
  assert.equal(nameOf({ name: " \u200b" }), "_");
  const long = nameOf({ name: `${"é".repeat(300)}.docx` });
  assert.ok(new TextEncoder().encode(long).length <= 200);
  assert.ok(long.endsWith(".docx"));
});

test("a received file is saved under an ending that no machine runs, whatever it is called", () => {
  const saved = (name: string, type = "application/pdf") => savedName({ name, type });

  assert.equal(saved("Bilan.pdf"), "Bilan.pdf");
  assert.equal(saved("bilan.exe"), "bilan.exe.pdf");
  assert.equal(saved("bilan\u202efdp.scr", "application/octet-stream"), "bilan_fdp.scr.bin");
  assert.equal(saved("../x.lnk", "text/html"), ".._x.lnk.bin");
  assert.equal(saved("sans fin", "text/csv"), "sans fin.csv");
});

test("a search knows neither capitals nor accents", () => {
  assert.equal(plain("Évaluation du CŒUR à Noël"), "evaluation du coeur a noel");
});

test("keys are renewed after a week or five hundred entries, and not before", () => {
  const then = { at: 0, counter: 10 };

  assert.equal(isDue(then, { at: 7 * DAY, counter: 509 }), false);
  assert.equal(isDue(then, { at: 7 * DAY + 1, counter: 10 }), true);
  assert.equal(isDue(then, { at: 1, counter: 510 }), true);
});

test("a clock that was years ahead once does not keep keys from being renewed", () => {
  const then = { at: 900 * DAY, counter: 10 };

  assert.equal(isDue(then, { at: DAY, counter: 11 }), true);
});

test("a server or a proxy that names an hour is asked again within half a minute", () => {
  assert.deepEqual([0, -5, 3, 3_600, 1e12].map(askedWait), [0, 0, 3_000, 30_000, 30_000]);
});

test("a queue does one thing after another, and goes on after one that failed", async () => {
  const queue = new Queue();
  const done: string[] = [];
  const work = (name: string, ms: number) => async () => {
    await new Promise((go) => setTimeout(go, ms));
    done.push(name);
    if (name === "b") throw new Error(name);
    return name;
  };

  const asked = [queue.run(work("a", 20)), queue.run(work("b", 1)), queue.run(work("c", 1))];
  const ends = await Promise.allSettled(asked);

  assert.deepEqual(done, ["a", "b", "c"]);
  assert.deepEqual(ends.map(({ status }) => status), ["fulfilled", "rejected", "fulfilled"]);
});

test("who stops listening hears nothing more", () => {
  const news = new News<{ said: string }>();
  const heard: string[] = [];
  const off = news.on("said", (word) => heard.push(word));

  news.tell("said", "un");
  off();
  news.tell("said", "deux");

  assert.deepEqual(heard, ["un"]);
});

test("a turnstile lets two in at once, in their order, and whoever fails makes room", async () => {
  const turnstile = new Turnstile(2);
  const [begun, ends]: [string[], (() => void)[]] = [[], []];
  const work = (name: string) => async () => {
    begun.push(name);
    await new Promise<void>((go) => ends.push(go));
    if (name === "a") throw new Error(name);
  };

  const asked = Promise.allSettled(["a", "b", "c", "d"].map((name) => turnstile.pass(work(name))));
  await turn();
  const first = [...begun];
  ends.shift()?.();
  await turn();
  const then = [...begun];
  while (ends.length > 0) {
    ends.shift()?.();
    await turn();
  }
  const done = await asked;

  assert.deepEqual([first, then, begun], [["a", "b"], ["a", "b", "c"], ["a", "b", "c", "d"]]);
  assert.deepEqual(done.map(({ status }) => status), ["rejected", "fulfilled", "fulfilled", "fulfilled"]);
});

test("whoever gives up before a turnstile leaves the line to the others", async () => {
  const turnstile = new Turnstile(1);
  const gone = new AbortController();
  const begun: string[] = [];
  let end = (): void => undefined;

  const first = turnstile.pass(async () => await new Promise<void>((go) => (end = go)));
  const given = turnstile.pass(async () => begun.push("given up"), gone.signal);
  const last = turnstile.pass(async () => begun.push("last"));
  gone.abort();
  await assert.rejects(given, { name: "AbortError" });
  end();
  await Promise.all([first, last]);

  assert.deepEqual(begun, ["last"]);
});

async function turn(): Promise<void> {
  await new Promise((go) => setTimeout(go, 0));
}
