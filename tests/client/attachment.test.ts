/** Files sealed in chunks, and the recovery code: what the vectors of R8 and R10 do not draw. */
import assert from "node:assert/strict";
import { test } from "node:test";

import {
  BadAttachment,
  CHUNK,
  MAX_SIZE,
  newKey,
  open,
  openStream,
  paddedSize,
  seal,
  sealedSize,
  sealStream,
} from "../../web/client/core/attachment.ts";
import { concat } from "../../web/client/core/mls/codec.ts";
import { BadCode, newCode, readCode } from "../../web/client/core/recovery.ts";

const EDGES = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 5];
const KEY = newKey();

function random(size: number): Uint8Array {
  const data = new Uint8Array(size);
  for (let at = 0; at < size; at += 65_536) crypto.getRandomValues(data.subarray(at, at + 65_536));
  return data;
}

async function whole(parts: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const held: Uint8Array[] = [];
  for await (const part of parts) held.push(part);
  return concat(...held);
}

/** Let bytes arrive in whatever pieces, empty ones among them. */
async function* arriving(data: Uint8Array, step: number): AsyncGenerator<Uint8Array> {
  yield new Uint8Array();
  for (let at = 0; at < data.length; at += step) {
    yield await Promise.resolve(data.subarray(at, at + step));
  }
}

for (const size of EDGES) {
  test(`a stream of ${size} bytes opens however it arrives`, async () => {
    const data = random(size);

    const sealed = await whole(sealStream(KEY, arriving(data, 10_007)));

    for (const step of [5, CHUNK, CHUNK + 16, 1_000_000]) {
      const few = size > CHUNK && step === 5 ? 4_999 : step;
      assert.deepEqual(await whole(openStream(KEY, arriving(sealed, few))), data);
    }
  });

  test(`a stream of ${size} bytes is refused when it is cut, goes on or has changed`, async () => {
    const sealed = await whole(sealStream(KEY, [random(size)]));
    const changed = Uint8Array.from(sealed);
    const at = Math.floor(Math.random() * sealed.length);
    changed[at] = (changed[at] ?? 0) ^ 1;

    for (const end of [0, 3, 7, 22, sealed.length - 17, sealed.length - 1]) {
      const cut = sealed.subarray(0, Math.max(0, Math.min(end, sealed.length - 1)));
      await assert.rejects(whole(openStream(KEY, [cut])), BadAttachment);
    }
    await assert.rejects(whole(openStream(KEY, [sealed, Uint8Array.of(0)])), BadAttachment);
    await assert.rejects(whole(openStream(KEY, [changed])), BadAttachment);
    await assert.rejects(whole(openStream(newKey(), [sealed])), BadAttachment);
  });
}

test("the largest file opens, and a byte more is refused before it is sealed", async () => {
  const data = random(MAX_SIZE);

  const file = await seal(data);

  assert.equal(file.sealed.length, sealedSize(MAX_SIZE));
  assert.deepEqual(await open(file.sealed, file), data);
  await assert.rejects(seal(new Uint8Array(MAX_SIZE + 1)), { fault: "too_large" });
});

test("a size is blurred by an eighth at most", () => {
  for (let size = 0; size < MAX_SIZE; size += 9_973) {
    const padded = paddedSize(size);
    assert.ok(padded >= size && padded <= Math.max(1024, size * 1.125));
    assert.equal(paddedSize(padded), padded);
  }
});

test("a size that is none is refused", async () => {
  const file = await seal(random(10));

  for (const size of [-1, 1.5, Number.NaN, Infinity, MAX_SIZE + 1]) {
    await assert.rejects(open(file.sealed, { ...file, size }), { fault: "mismatched" });
  }
});

test("a code is read however it was typed", () => {
  const { written } = newCode();

  const sloppy = written.toLowerCase().replaceAll("0", "o").replaceAll("1", "l");

  for (const text of [written, sloppy, ` ${written.replaceAll(" ", "-")}\n`]) {
    assert.equal(readCode(text).written, written);
  }
});

test("one or two wrong letters are always noticed", () => {
  const letters = newCode().written.replaceAll(" ", "");

  for (let one = 0; one < letters.length; one += 1) {
    for (let other = one + 1; other < letters.length; other += 1) {
      const wrong = Array.from(letters);
      wrong[one] = letters[one] === "7" ? "8" : "7";
      wrong[other] = letters[other] === "K" ? "Z" : "K";
      assert.throws(() => readCode(wrong.join("")), BadCode);
      const swapped = Array.from(letters);
      [swapped[one], swapped[other]] = [letters[other] ?? "", letters[one] ?? ""];
      if (swapped.join("") !== letters) {
        assert.throws(() => readCode(swapped.join("")), BadCode);
      }
    }
  }
});

test("a code does not show itself", () => {
  const code = newCode();

  assert.ok(!JSON.stringify(code).includes(code.written.slice(0, 4)));
  assert.ok(!String(code).includes(code.written.slice(0, 4)));
});
