/** What a page may weigh on its way: everything it loads, as gzip, in a build of its own. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";

import { build } from "../../web/client/node_modules/esbuild/lib/main.js";
import { looksOf } from "../../web/client/ui/clothes.ts";
import type { Area } from "../../web/client/ui/router.ts";
import { ROUTES } from "../../web/client/ui/routes.ts";

type Manifest = {
  readonly script: string;
  readonly style: string;
  readonly preload: readonly string[];
  readonly session: readonly string[];
  readonly loads: Readonly<Record<string, readonly string[]>>;
  readonly areas: Readonly<Record<string, string>>;
};

type PageOf = {
  readonly source: string;
  readonly area: Area;
  readonly open: boolean;
  readonly wears: readonly string[];
};

const ROOT = join(import.meta.dirname, "../..");
const CLIENT = join(ROOT, "web/client");
/** The core's files that a page needs to read and to write: what changes a group comes later. */
const EVERY_DAY = ["session/session.ts", "session/store.ts", "session/join.ts", "session/compare.ts", "content.ts"];
/** What every page may load, and signing in, in thousands of bytes of gzip. */
const MOST = 80;
const DOOR = 40;
const CORE = 30;
const MORE_DRAWINGS = "ui/more_icons.ts";
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

/** A page's own files with those of every page, its looks, the HTML and the sign. */
function pageWeight({ source, area, open, wears }: PageOf): number {
  const { script, style, preload, session, loads, areas } = manifest;
  const scripts = [script, ...preload, ...(open ? [] : session), ...(loads[source] ?? [])];
  const looks = looksOf(area, wears).map((name) => areas[name] ?? "");
  const still = ["web/templates/app.html", "web/static/icon.svg"];
  const around = still.map((path) => gzipSync(readFileSync(join(ROOT, path))).length);
  return weight([...scripts, style, ...looks]) + around.reduce((sum, one) => sum + one, 0);
}

/** The table's pages, and those that stand in for one of them. */
function pages(): PageOf[] {
  const told = ROUTES.map(({ load, area, open = false, wears = [] }) => {
    const source = /pages\/\w+\.ts/u.exec(load.toString())?.[0] ?? "";
    return { source: `ui/${source}`, area, open, wears };
  });
  const standIns = ["recovery", "standing"].map((name) => ({
    source: `ui/pages/${name}.ts`,
    area: "door" as const,
    open: false,
    wears: [],
  }));
  return [...told, ...standIns];
}

test("a page of somebody who is signed in stays within its budget", () => {
  const weights = pages().map((page) => [page.source, pageWeight(page)] as const);

  const tooHeavy = weights.filter(([, bytes]) => bytes > MOST * KB);

  assert.ok(weights.length > 20);
  assert.ok(weights.every(([source]) => (manifest.loads[source]?.length ?? 0) > 0));
  assert.deepEqual(tooHeavy, []);
});

test("whoever signs in carries no core", () => {
  const sources = [manifest.script, ...manifest.preload, ...(manifest.loads["ui/pages/sign_in.ts"] ?? [])];

  const read = sources.map((name) => readFileSync(join(folder, "assets", name), "utf8")).join("");

  assert.ok(!read.includes("MLS 1.0"));
  const [door] = pages().filter(({ source }) => source === "ui/pages/sign_in.ts");
  assert.ok(door !== undefined && pageWeight(door) <= DOOR * KB, String(door && pageWeight(door)));
});

test("a page that carries few drawings asks for no other", async () => {
  const { metafile } = await build({
    absWorkingDir: CLIENT,
    entryPoints: ["ui/app.ts"],
    bundle: true,
    splitting: true,
    write: false,
    format: "esm",
    outdir: folder,
    metafile: true,
  });
  const source = (path: string): string => readFileSync(join(CLIENT, path), "utf8");
  const more = [...source(MORE_DRAWINGS).matchAll(/^ {2}(\w+): /gmu)].map(([, name]) => name);
  // What a menu draws comes with the menu.
  const asks = new RegExp(`(?:icon\\(|sign: |drawing: )"(?:${more.join("|")})"`, "u");
  const follow = (path: string, found: Set<string>): Set<string> => {
    if (found.has(path)) return found;
    found.add(path);
    const then = metafile.inputs[path]?.imports ?? [];
    for (const each of then) if (each.kind === "import-statement" && each.path.startsWith("ui/")) follow(each.path, found);
    return found;
  };

  const light = [...pages().map((page) => page.source), "ui/app.ts", "ui/pages/not_found.ts"]
    .map((page) => follow(page, new Set()))
    .filter((found) => !found.has(MORE_DRAWINGS));
  const strays = light.flatMap((found) => [...found].filter((path) => asks.test(source(path))));

  assert.ok(more.length > 10 && light.length > 4);
  assert.deepEqual(strays, []);
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
