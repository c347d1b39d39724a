/**
 * Builds what a browser is given: `node build.ts <folder>` fills web/dist.
 *
 * Every file but the service worker carries its own hash in its name, so a browser may keep
 * it for ever; `manifest.json` tells the server their names, sizes and digests.
 */

import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { basename, join, relative, resolve } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { type BuildOptions, type Metafile, build } from "esbuild";
import { loadsOf, pastFacades } from "./facades.ts";
import { buildInLayers } from "./grouping.ts";
import { ENTRY, LAYERS, SESSION } from "./layers.ts";

const HERE = import.meta.dirname;
const STYLE = "ui/styles/ronde.css";
const AREAS = "ui/styles/areas";
const WORKER = "shell/serviceworker.ts";
const HASH_LETTERS = 10;
const COMPRESSED = /\.(js|css|json|svg|webmanifest)$/;

const COMMON = {
  absWorkingDir: HERE,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2023",
  charset: "utf8",
  legalComments: "none",
  metafile: true,
  logLevel: "warning",
} as const satisfies BuildOptions;

const NAMED = {
  ...COMMON,
  entryNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
} as const satisfies BuildOptions;

/** What the server reads: where the page begins, and every file that may be asked for. */
type Manifest = {
  readonly release: string;
  readonly script: string;
  readonly style: string;
  readonly preload: readonly string[];
  /** What a page needs besides where somebody is signed in: the session. */
  readonly session: readonly string[];
  /** Every file that somebody loads later, by its source, with all that comes with it. */
  readonly loads: Readonly<Record<string, readonly string[]>>;
  /** The looks of areas, by name. */
  readonly areas: Readonly<Record<string, string>>;
  readonly words: Readonly<Record<string, string>>;
  readonly files: Readonly<Record<string, { readonly sha256: string; readonly bytes: number }>>;
};

async function main(out: string): Promise<void> {
  const assets = join(out, "assets");
  await rm(assets, { recursive: true, force: true });
  await mkdir(assets, { recursive: true });
  const words = await copyWords(join(out, "words"), assets);
  const pages = await bundlePages(assets, words);
  const files = await digests(out, assets);
  const release = digest(Buffer.from(JSON.stringify(files))).slice(0, HASH_LETTERS);
  await bundleWorker(out, release, Object.keys(files));
  const all = { ...files, "sw.js": await described(join(out, "sw.js")) };
  const manifest: Manifest = { release, ...pages, words, files: all };
  await writeFile(join(out, "manifest.json"), `${JSON.stringify(manifest, null, 1)}\n`);
  await compress(out, Object.keys(all));
}

async function bundlePages(
  assets: string,
  words: Manifest["words"],
): Promise<Pick<Manifest, "script" | "style" | "preload" | "session" | "loads" | "areas">> {
  const { [STYLE]: style = "", ...areas } = await bundleStyles(assets);
  const options: BuildOptions = {
    ...NAMED,
    entryPoints: [ENTRY],
    outdir: assets,
    splitting: true,
    define: { RONDE_WORDS: JSON.stringify(words), RONDE_STYLES: JSON.stringify(areas) },
  };
  const { metafile, outputFiles } = await buildInLayers({ ...options, absWorkingDir: HERE }, LAYERS);
  const { files, facades } = pastFacades(outputFiles);
  await Promise.all(files.map(async ({ path, text }) => await writeFile(path, text)));
  const loads = loadsOf(metafile, facades);
  const [script = "", ...preload] = loads[ENTRY] ?? [];
  const session = (loads[SESSION] ?? []).filter((name) => name !== script && !preload.includes(name));
  return { script, style, preload, session, loads, areas };
}

/** The look of all pages, and of each area by its name: what they are called once built. */
async function bundleStyles(assets: string): Promise<Record<string, string>> {
  const areas = (await readdir(join(HERE, AREAS))).map((name) => `${AREAS}/${name}`);
  const { metafile } = await build({ ...NAMED, entryPoints: [STYLE, ...areas], outdir: assets });
  const named = areas.map((path) => [basename(path, ".css"), basename(output(metafile, path).path)] as const);
  return { [STYLE]: basename(output(metafile, STYLE).path), ...Object.fromEntries(named) };
}

/** The worker is told which files make a page, so that a page opens without a network. */
async function bundleWorker(out: string, release: string, files: readonly string[]): Promise<void> {
  await build({
    ...COMMON,
    format: "iife",
    entryPoints: [WORKER],
    outfile: join(out, "sw.js"),
    define: {
      RONDE_RELEASE: JSON.stringify(release),
      RONDE_ASSETS: JSON.stringify(files.map((name) => `/${name}`)),
    },
  });
}

async function copyWords(from: string, assets: string): Promise<Record<string, string>> {
  const names: Record<string, string> = {};
  for (const name of await readdir(from).catch(() => [])) {
    const content = await readFile(join(from, name));
    const language = basename(name, ".json");
    const hashed = `words-${language}-${digest(content).slice(0, HASH_LETTERS)}.json`;
    await writeFile(join(assets, hashed), content);
    names[language] = hashed;
  }
  return names;
}

function output(metafile: Metafile, entry: string): { readonly path: string } {
  for (const [path, made] of Object.entries(metafile.outputs)) {
    if (made.entryPoint === entry) return { path };
  }
  throw new Error(`nothing was built from ${entry}`);
}

async function digests(out: string, assets: string): Promise<Record<string, { sha256: string; bytes: number }>> {
  const names = (await readdir(assets)).sort();
  const pairs = names.map(async (name) => {
    const path = join(assets, name);
    return [relative(out, path), await described(path)] as const;
  });
  return Object.fromEntries(await Promise.all(pairs));
}

async function described(path: string): Promise<{ sha256: string; bytes: number }> {
  const content = await readFile(path);
  return { sha256: digest(content), bytes: content.length };
}

function digest(content: Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

async function compress(out: string, names: readonly string[]): Promise<void> {
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } };
  const work = names
    .filter((name) => COMPRESSED.test(name))
    .map(async (name) => {
      const content = await readFile(join(out, name));
      await writeFile(join(out, `${name}.br`), brotliCompressSync(content, quality));
      await writeFile(join(out, `${name}.gz`), gzipSync(content, { level: 9 }));
    });
  await Promise.all(work);
}

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error("usage: node build.ts <folder>");
await main(resolve(folder));
