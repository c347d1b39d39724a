/** What a page may weigh on its way: everything it loads, as gzip, in a build of its own. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";

import { build } from "../../web/client/node_modules/esbuild/lib/main.js";

type Manifest = {
  readonly script: string;
  readonly style: string;
  readonly preload: readonly string[];
  readonly session: readonly string[];
  readonly loads: Readonly<Record<string, readonly string[]>>;
  readonly areas: Readonly<Record<string, string>>;
};

const ROOT = join(import.meta.dirname, "../..");
const CLIENT = join(ROOT, "web/client");
/** The core's files that a page needs to read and to write: what changes a group comes later. */
const EVERY_DAY = ["session/session.ts", "session/store.ts", "session/join.ts", "session/compare.ts", "content.ts"];
/** The pages that open before anybody is signed in. */
const DOORS = ["ui/pages/sign_in.ts", "ui/pages/invitation.ts"];
/** The looks beside those of every page, by what pages are called: clothes.ts says it of areas. */
const WORN: readonly (readonly [RegExp, readonly string[]])[] = [
  [/coordination/u, ["door", "coordination"]],
  [/account|sign_in|invitation|recovery|standing/u, ["door"]],
  [/circle|tasks|document|members/u, ["feed"]],
];
/** Everything that the heaviest page loads, and signing in, in thousands of bytes. */
const MOST = 87;
const DOOR = 36;
const CORE = 30;
const KB = 1000;

const folder = mkdtempSync(join(tmpdir(), "ronde-budget-"));
let manifest: Manifest;

before(() => {
  execFileSync(process.execPath, [join(CLIENT, "build.ts"), folder]);
  manifest = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8")) as Manifest;
});

after(() => rmSync(folder, { recursive: true }));

function weight(names: Iterable<string>): number {
  return [...new Set(names)].reduce((sum, name) => sum + statSync(join(folder, "assets", `${name}.gz`)).size, 0);
}

/** A page's own files with those of every page, the looks of its heaviest area, and the HTML. */
function pageWeight(page: string): number {
  const { script, style, preload, session, loads, areas } = manifest;
  const scripts = [script, ...preload, ...(DOORS.includes(page) ? [] : session), ...(loads[page] ?? [])];
  const worn = WORN.find(([pages]) => pages.test(page))?.[1] ?? [];
  const html = gzipSync(readFileSync(join(ROOT, "web/templates/app.html"))).length;
  return weight([...scripts, style, ...worn.map((name) => areas[name] ?? "")]) + html;
}

test("a page of somebody who is signed in stays within its budget", () => {
  const pages = Object.keys(manifest.loads).filter((name) => name.startsWith("ui/pages/"));

  const heaviest = pages.map((page) => [page, pageWeight(page)] as const).sort(([, one], [, other]) => other - one)[0];

  assert.ok(pages.length > 20);
  assert.ok(heaviest !== undefined && heaviest[1] <= MOST * KB, `${heaviest?.[0]}: ${heaviest?.[1]} bytes`);
});

test("whoever signs in carries no core", () => {
  const sources = [manifest.script, ...manifest.preload, ...(manifest.loads["ui/pages/sign_in.ts"] ?? [])];

  const read = sources.map((name) => readFileSync(join(folder, "assets", name), "utf8")).join("");

  assert.ok(!read.includes("MLS 1.0"));
  assert.ok(pageWeight("ui/pages/sign_in.ts") <= DOOR * KB, String(pageWeight("ui/pages/sign_in.ts")));
});

test("what reads and writes of the core is within thirty kilobytes", async () => {
  const built = await build({
    absWorkingDir: CLIENT,
    entryPoints: EVERY_DAY.map((path) => `core/${path}`),
    bundle: true,
    minify: true,
    splitting: true,
    write: false,
    format: "esm",
    target: "es2023",
    outdir: folder,
    metafile: true,
  });

  const { outputs } = built.metafile;
  const needed = new Set<string>();
  const follow = (path: string): void => {
    if (needed.has(path)) return;
    needed.add(path);
    for (const each of outputs[path]?.imports ?? []) if (each.kind === "import-statement") follow(each.path);
  };
  for (const [path, { entryPoint = "" }] of Object.entries(outputs)) {
    if (EVERY_DAY.some((each) => entryPoint === `core/${each}`)) follow(path);
  }

  const names = new Set([...needed].map((path) => basename(path)));
  const files = built.outputFiles.filter(({ path }) => names.has(basename(path)));
  const total = files.reduce((sum, { contents }) => sum + gzipSync(contents, { level: 9 }).length, 0);
  assert.equal(files.length, needed.size);
  assert.ok(total <= CORE * KB, String(total));
});
