/** Where a brush stroke falls on a photo, however its box is shaped. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { pixelAt } from "../../web/client/ui/feed/picture.ts";

const LANDSCAPE = { width: 4000, height: 3000 };
const PORTRAIT = { width: 3000, height: 4000 };

test("a stroke falls under the finger where the photo fills its box", () => {
  const box = { left: 10, top: 20, width: 400, height: 300 };

  assert.deepEqual(pixelAt(LANDSCAPE, box, [10, 20]), [0, 0]);
  assert.deepEqual(pixelAt(LANDSCAPE, box, [410, 320]), [4000, 3000]);
});

test("a stroke falls under the finger where a tall photo leaves room beside it", () => {
  const box = { left: 0, top: 0, width: 600, height: 400 };

  assert.deepEqual(pixelAt(PORTRAIT, box, [300, 200]), [1500, 2000]);
  assert.deepEqual(pixelAt(PORTRAIT, box, [150, 0]), [0, 0]);
});
