/** Our own vectors, read here and by the Python twin alike. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { files, load, run } from "./support/ronde_vectors.ts";

test("there are vectors", () => {
  assert.ok(files().length > 50);
});

for (const file of files()) {
  test(`${file} gives what it expects`, async () => {
    const vector = load(file);

    assert.equal(`${vector.name}.json`, file);
    assert.deepEqual(await run(vector), vector.expect);
  });
}
