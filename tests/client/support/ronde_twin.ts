/**
 * The TypeScript side of tests/rules/test_twins.py.
 *
 * `run`: reads vectors, a line of JSON each, and writes what each gives.
 * `make <seed> <contents>`: writes vectors of its own, with what they give here.
 */
import { createInterface } from "node:readline";

import { contentVector, Dice, randomContent, story } from "./ronde_making.ts";
import type { Made } from "./ronde_making.ts";
import { run } from "./ronde_vectors.ts";
import type { Values } from "./ronde_vectors.ts";

async function outcome(vector: Made): Promise<Values> {
  try {
    return await run(vector);
  } catch (error) {
    return { outcome: `crash: ${String(error)}` };
  }
}

async function* answers(): AsyncGenerator<Values> {
  for await (const line of createInterface({ input: process.stdin })) {
    yield await outcome(JSON.parse(line) as Made);
  }
}

async function* made(seed: number, contents: number): AsyncGenerator<object> {
  const dice = new Dice(seed);
  const said = Array.from({ length: contents }, () => contentVector(randomContent(dice)));
  for (const vector of [...said, ...(await story())]) {
    yield { ...vector, expect: await outcome(vector) };
  }
}

const [what, seed = "0", contents = "0"] = process.argv.slice(2);
for await (const line of what === "make" ? made(Number(seed), Number(contents)) : answers()) {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
