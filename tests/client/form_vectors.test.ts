/** What the page computes and refuses is what the server does: both are held to these vectors. */

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { type AnswerProblem, type Known, problemsOf } from "../../web/client/ui/documents/answers.ts";
import { computed } from "../../web/client/ui/documents/computing.ts";
import type { Answers, FormDefinition } from "../../web/client/ui/documents/served.ts";

type Vectors = {
  readonly form: FormDefinition;
  readonly known: Known;
  readonly cases: readonly {
    readonly name: string;
    readonly answers: Answers;
    readonly computed: Answers;
    readonly draft: readonly string[];
    readonly whole: readonly string[];
  }[];
};

const FOLDER = join(import.meta.dirname, "../vectors/forms");

function told(problems: readonly AnswerProblem[]): string[] {
  return problems.map(({ path, wrong }) => `${path.join("/")} ${wrong}`).sort();
}

for (const file of readdirSync(FOLDER)) {
  const { form, known, cases } = JSON.parse(readFileSync(join(FOLDER, file), "utf8")) as Vectors;
  for (const each of cases) {
    test(`${file}: ${each.name}`, () => {
      const held = computed(form, each.answers, known);

      assert.deepEqual(held, each.computed);
      assert.deepEqual(told(problemsOf(form, held, false, known)), [...each.draft].sort());
      assert.deepEqual(told(problemsOf(form, held, true, known)), [...each.whole].sort());
    });
  }
}
