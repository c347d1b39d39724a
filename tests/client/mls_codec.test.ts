/** Decoders under bytes that nobody meant: they refuse or they read, and do nothing else. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";

import {
  MAX_DEPTH,
  MAX_ITEMS,
  MAX_MESSAGE,
  Malformed,
  Reader,
  Writer,
  concat,
  decode,
  encode,
  ownReader,
  replace,
  varint,
} from "../../web/client/core/mls/codec.ts";
import type { Encodable, Read } from "../../web/client/core/mls/codec.ts";
import { Commit } from "../../web/client/core/mls/commit.ts";
import { Extension, readExtensions } from "../../web/client/core/mls/extensions.ts";
import { AuthenticatedContent, PublicMessage } from "../../web/client/core/mls/framing.ts";
import { GroupContext } from "../../web/client/core/mls/group_context.ts";
import { GroupInfo } from "../../web/client/core/mls/group_info.ts";
import { KeyPackage } from "../../web/client/core/mls/key_package.ts";
import { LeafNode } from "../../web/client/core/mls/leaf_node.ts";
import { MlsMessage } from "../../web/client/core/mls/message.ts";
import { PrivateMessage } from "../../web/client/core/mls/private_message.ts";
import {
  Add,
  GroupContextExtensions,
  InjectPsk,
  ReInit,
  Remove,
  Update,
} from "../../web/client/core/mls/proposal.ts";
import { readPskId } from "../../web/client/core/mls/psk.ts";
import { RatchetTree } from "../../web/client/core/mls/ratchet_tree.ts";
import { Refused } from "../../web/client/core/mls/refused.ts";
import { ContentType, WireFormat } from "../../web/client/core/mls/registry.ts";
import { UpdatePath } from "../../web/client/core/mls/update_path.ts";
import { GroupSecrets, Welcome } from "../../web/client/core/mls/welcome.ts";
import { hex, rows, unhex, utf8 } from "./support/mls_actors.ts";

const READERS: Readonly<Record<string, Read<Encodable>>> = {
  "add": Add.read,
  "authenticated content": AuthenticatedContent.read,
  "commit": Commit.read,
  "group context": GroupContext.read,
  "group context extensions": GroupContextExtensions.read,
  "group info": GroupInfo.read,
  "group secrets": GroupSecrets.read,
  "key package": KeyPackage.read,
  "leaf node": LeafNode.read,
  "message": MlsMessage.read,
  "pre-shared key": InjectPsk.read,
  "pre-shared key id": readPskId,
  "private message": PrivateMessage.read,
  "public message": PublicMessage.read,
  "ratchet tree": RatchetTree.read,
  "reinit": ReInit.read,
  "remove": Remove.read,
  "update": Update.read,
  "update path": UpdatePath.read,
  "welcome": Welcome.read,
};
const NAMES: Readonly<Record<string, string>> = {
  ratchet_tree: "ratchet tree",
  group_secrets: "group secrets",
  add_proposal: "add",
  update_proposal: "update",
  commit: "commit",
  pre_shared_key_proposal: "pre-shared key",
  re_init_proposal: "reinit",
};
const FRAMES = 12_000;
const HUGE_LENGTHS = ["bfffffff", "80010000", "9fffffff"].map(unhex);
const PREFIXES = ["", "00010001", "0001000500010001", "01"].map(unhex);
const opaque = (reader: Reader): Uint8Array => reader.opaque();

/** Reads bytes; tells whether they were the structure, whose only bytes these then are. */
function readOrRefuse(read: Read<Encodable>, data: Uint8Array): boolean {
  let value: Encodable;
  try {
    value = decode(read, data);
  } catch (error) {
    assert.ok(error instanceof Refused, String(error));
    return false;
  }
  assert.equal(hex(encode(value)), hex(data), "two byte strings with one meaning");
  return true;
}

/** Real structures, each with its reader. */
function genuine(): (readonly [Read<Encodable>, Uint8Array])[] {
  return rows("messages").flatMap((row) =>
    Object.entries<string>(row).flatMap(([name, digits]) => {
      const framed = /^(mls|public|private)_/.test(name) ? "message" : undefined;
      const read = READERS[NAMES[name] ?? framed ?? ""];
      return read === undefined ? [] : [[read, unhex(digits)] as const];
    }),
  );
}

/** Numbers below a bound that look random and are the same each time (xorshift). */
function dice(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % bound;
  };
}

/** Changes, drops, doubles or inserts some bytes, more often near the beginning. */
function damaged(roll: (bound: number) => number, data: Uint8Array): Uint8Array {
  const bytes = [...data];
  for (let hits = 1 + roll(3); hits > 0; hits -= 1) {
    const at = roll(2) === 0 ? roll(bytes.length + 1) : roll(Math.min(bytes.length, 64) + 1);
    const flipped = (bytes[at] ?? 0) ^ (1 << roll(8));
    const remedies: readonly (() => unknown)[] = [
      () => bytes.splice(at, 1, flipped),
      () => bytes.splice(at, 1, roll(256)),
      () => bytes.splice(at, 1, [0, 1, 2, 0x40, 0x80, 0xc0, 0xff][roll(7)] ?? 0),
      () => bytes.splice(at, 1 + roll(8)),
      () => bytes.splice(at, 0, roll(256)),
      () => bytes.splice(at, 0, ...bytes.slice(at, at + 1 + roll(16))),
    ];
    remedies[roll(remedies.length)]?.();
  }
  return Uint8Array.from(bytes);
}

describe("whatever comes", () => {
  test("damaged structures are read or refused", () => {
    const real = genuine();
    const roll = dice(1);
    let read = 0;

    for (let frame = 0; frame < FRAMES; frame += 1) {
      const [kind, data] = real[roll(real.length)] ?? [MlsMessage.read, utf8("")];
      read += Number(readOrRefuse(kind, damaged(roll, data)));
    }

    assert.ok(0 < read && read < FRAMES);
  });

  for (const [name, read] of Object.entries(READERS)) {
    test(`nothing at all, half of it, or a length that lies is no ${name}`, () => {
      assert.throws(() => decode(read, new Uint8Array()), Malformed);
      for (const prefix of PREFIXES) {
        for (const length of HUGE_LENGTHS) {
          assert.ok(!readOrRefuse(read, concat(prefix, length, new Uint8Array(64))));
        }
      }
    });

    test(`a ${name} nested in itself exhausts no stack`, () => {
      let data = new Uint8Array();
      for (let depth = 0; depth < 5_000; depth += 1) {
        data = new Uint8Array(new Writer().opaque(data).bytes());
      }

      // A list of extensions may hold it as the content of one: that is not nesting.
      assert.equal(readOrRefuse(read, data), name === "group context extensions");
    });
  }

  test("vectors within vectors come to an end", () => {
    const readAll = (reader: Reader): unknown => reader.vector(readAll);
    const nested = (depth: number): Uint8Array =>
      depth === 0 ? new Uint8Array() : new Writer().opaque(nested(depth - 1)).bytes();

    assert.ok(decode(readAll, nested(MAX_DEPTH)));
    assert.throws(() => decode(readAll, nested(MAX_DEPTH + 1)), Malformed);
  });

  test("an item without bytes is refused, not counted for ever", () => {
    const readNothing = (reader: Reader): unknown => reader.vector(() => null);

    assert.throws(() => decode(readNothing, Uint8Array.of(1, 0)), Malformed);
  });

  test("lists that only cost time are not read", () => {
    const blanks = new Writer().opaque(new Uint8Array(MAX_ITEMS + 1)).bytes();
    const numbers = new Writer().opaque(new Uint8Array(2 * MAX_ITEMS + 2)).bytes();
    const extension = new Extension({ type: 9, data: new Uint8Array() });
    const twice = new Writer().vector([extension, extension]).bytes();

    assert.throws(() => decode(RatchetTree.read, blanks), Malformed);
    assert.throws(() => new Reader(numbers).uint16s(), Malformed);
    assert.throws(() => decode(readExtensions, twice), Malformed);
  });

  test("what is longer than any message of ours is refused before it is read", () => {
    assert.throws(() => new Reader(new Uint8Array(MAX_MESSAGE + 1)), Malformed);
    assert.ok(new Reader(new Uint8Array(MAX_MESSAGE)));
  });

  test("what we wrote ourselves is read whatever its size", () => {
    const numbers = new Writer().opaque(new Uint8Array(2 * MAX_ITEMS + 2)).bytes();
    const long = new Uint8Array(MAX_MESSAGE + 1);

    assert.equal(ownReader(numbers).uint16s().length, MAX_ITEMS + 1);
    assert.equal(ownReader(long).raw(long.length).length, long.length);
  });
});

describe("one meaning has one form", () => {
  test("a length in a longer form than needed is refused", () => {
    const long = concat(unhex("80003fff"), new Uint8Array(0x3fff));

    for (const padded of [unhex("400161"), unhex("8000000161"), long, unhex("c000000000000000")]) {
      assert.throws(() => decode(opaque, padded), Malformed);
    }
  });

  test("a length is written in its shortest form", () => {
    const lengths = [0, 63, 64, 16_383, 16_384, 2 ** 30 - 1];

    const written = lengths.map((length) => hex(varint(length)));

    assert.deepEqual(written, ["00", "3f", "4040", "7fff", "80004000", "bfffffff"]);
    assert.throws(() => varint(2 ** 30), RangeError);
  });

  test("integers are written in their width, and nothing that has none", () => {
    const most = 2n ** 64n - 1n;
    const written = new Writer().uint8(255).uint16(1).uint32(0xfffffffe).uint64(most).bytes();

    assert.equal(hex(written), "ff0001fffffffeffffffffffffffff");
    assert.equal(new Reader(unhex("ffffffffffffffff")).uint64(), most);
    assert.equal(new Reader(unhex("0020000000000001")).uint64(), 2n ** 53n + 1n);
    assert.equal(new Reader(unhex("fffffffe")).uint32(), 0xfffffffe);
    for (const [value, write] of [
      [256, "uint8"],
      [-1, "uint8"],
      [0.5, "uint16"],
      [Number.NaN, "uint16"],
      [2 ** 32, "uint32"],
    ] as const) {
      assert.throws(() => new Writer()[write](value), RangeError);
    }
    assert.throws(() => new Writer().uint64(2n ** 64n), RangeError);
    assert.throws(() => new Writer().uint64(-1n), RangeError);
    assert.throws(() => new Writer().uint16s([1, 65_536]), RangeError);
  });

  test("nothing may follow, nothing may lack, and presence is 0 or 1", () => {
    const number = (reader: Reader): number | null => reader.optional((inner) => inner.uint8());

    assert.equal(decode(number, unhex("00")), null);
    assert.equal(decode(number, unhex("0107")), 7);
    for (const digits of ["", "01", "02", "0207", "0000", "010700"]) {
      assert.throws(() => decode(number, unhex(digits)), Malformed);
    }
  });

  test("a vector ends where its length says, and so do the items in it", () => {
    const pairs = (reader: Reader): unknown => reader.vector((inner) => inner.uint16());

    assert.deepEqual(decode(pairs, unhex("0400010002")), [1, 2]);
    for (const digits of ["03000100", "0400010002ff", "05000100020003", "0500010002"]) {
      assert.throws(() => decode(pairs, unhex(digits)), Malformed);
      assert.throws(() => decode((reader) => reader.uint16s(), unhex(digits)), Malformed);
    }
  });

  test("a value of fixed length has that length", () => {
    const key = (reader: Reader): Uint8Array => reader.fixed(2);

    assert.equal(hex(decode(key, unhex("026162"))), "6162");
    for (const digits of ["0161", "03616263"]) {
      assert.throws(() => decode(key, unhex(digits)), Malformed);
    }
  });

  test("a number is one of its enumeration's, in its width", () => {
    assert.equal(new Reader(unhex("03")).enum8(ContentType), ContentType.COMMIT);
    assert.equal(new Reader(unhex("0005")).enum16(WireFormat), WireFormat.KEY_PACKAGE);
    for (const digits of ["00", "04", "ff"]) {
      assert.throws(() => new Reader(unhex(digits)).enum8(ContentType), Malformed);
    }
    assert.throws(() => new Reader(unhex("0100")).enum16(WireFormat), Malformed);
  });
});

describe("bytes that were read or written", () => {
  test("do not change with what they were cut from", () => {
    const data = Buffer.from("03010203", "hex");

    const reader = new Reader(data);
    const cut = reader.opaque();
    data.fill(0);

    assert.equal(hex(cut), "010203");
    assert.equal(reader.position, 4);
    assert.equal(Object.getPrototypeOf(cut), Uint8Array.prototype);
  });

  test("do not change with what the writer does next", () => {
    const writer = new Writer().uint8(1);

    const first = writer.bytes();
    writer.raw(new Uint8Array(1_000)).uint8(2);

    assert.equal(hex(first), "01");
    assert.equal(writer.bytes().length, 1_002);
    assert.equal(writer.bytes().at(-1), 2);
  });

  test("are forgotten by a structure of which a field is exchanged", () => {
    const row = rows("messages")[0];
    const given = decode(KeyPackage.read, unhex(row.mls_key_package).subarray(4));
    const before = hex(given.content());

    const changed = replace(given, { initKey: utf8("another") });

    assert.notEqual(hex(changed.content()), before);
    assert.equal(hex(given.content()), before);
    assert.ok(changed instanceof KeyPackage);
  });
});
