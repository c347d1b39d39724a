/**
 * Few files for each page: esbuild makes a file of its own for every set of pages that share
 * something, and that would be a hundred.
 *
 * Two layers are kept whole: what every page has (the frame, and what a good part of the pages
 * needs), and the session, which every page has that shows anything sealed. Whoever needs a
 * piece of a layer is made to import all of it, which costs nothing: it is there already.
 */

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type BuildOptions, type Metafile, type Plugin, build } from "esbuild";

/** A part that so many others need comes with the first page, or with the session. */
const OFTEN = 0.5;
/** What is heavier than this, minified, waits for the page that needs it. */
const HEAVY = 6_000;

type Inputs = Metafile["inputs"];

/** Build with the layers of an entry (the frame) and of what it loads first (the session) kept whole. */
export async function buildInLayers(
  options: BuildOptions & { readonly absWorkingDir: string },
  frame: string,
  session: string,
): Promise<Metafile> {
  const { metafile } = await build({ ...options, metafile: true, write: false });
  const plan = planOf(metafile, frame, session);
  const built = await build({
    ...options,
    metafile: true,
    plugins: [...(options.plugins ?? []), importing(plan, options.absWorkingDir)],
  });
  return built.metafile;
}

/** Which files each entry is made to import. */
export type Plan = ReadonlyMap<string, readonly string[]>;

/** Plan the layers of a build from what its inputs import of each other. */
export function planOf({ inputs, outputs }: Pick<Metafile, "inputs" | "outputs">, frame: string, session: string): Plan {
  const reached = new Map(laterIn(inputs).map((entry) => [entry, reach(inputs, entry)]));
  const weights = sizes(outputs);
  const always = reach(inputs, frame);
  const whole = reach(inputs, session);
  const isSealed = (path: string): boolean => isOurs(path) && whole.has(path) && !always.has(path);
  const needs = (found: ReadonlySet<string>): boolean => [...found].some(isSealed);
  const isLight = (path: string): boolean => (weights.get(path) ?? 0) < HEAVY;
  const add = (layer: Set<string>, entries: readonly ReadonlySet<string>[], fits: (path: string) => boolean): void => {
    const wanted = Object.keys(inputs).filter((path) => isLight(path) && fits(path));
    for (const path of wanted.filter((each) => isOften(each, entries))) reach(inputs, path, layer);
  };
  const sealing = [...reached.values()].filter(needs);
  add(always, [...reached.values()], (path) => !needs(reach(inputs, path)));
  add(whole, sealing, () => true);
  const first = [...always].filter((path) => isOurs(path) && path !== frame);
  const then = [...whole].filter((path) => isSealed(path) && path !== session);
  const plan = [...reached].map(([entry, found]) => [entry, needs(found) ? [...first, ...then] : first] as const);
  return new Map([[frame, first], ...plan]);
}

function isOften(path: string, entries: readonly ReadonlySet<string>[]): boolean {
  return isOurs(path) && entries.filter((found) => found.has(path)).length >= OFTEN * entries.length;
}

/** What libraries are made of comes with whoever of ours needs it. */
function isOurs(path: string): boolean {
  return path.endsWith(".ts") && !path.startsWith("node_modules/");
}

/** The files that somebody loads later, each the beginning of a file of the build. */
function laterIn(inputs: Inputs): string[] {
  const later = Object.values(inputs).flatMap(({ imports }) => imports.filter(({ kind }) => kind === "dynamic-import"));
  return [...new Set(later.map(({ path }) => path))].sort();
}

/** A file and all that it imports, directly or not. */
function reach(inputs: Inputs, from: string, found: Set<string> = new Set()): Set<string> {
  if (found.has(from)) return found;
  found.add(from);
  for (const { kind, path } of inputs[from]?.imports ?? []) {
    if (kind === "import-statement" && path in inputs) reach(inputs, path, found);
  }
  return found;
}

function sizes(outputs: Metafile["outputs"]): Map<string, number> {
  const pairs = Object.values(outputs).flatMap(({ inputs }) => Object.entries(inputs));
  return new Map(pairs.map(([path, { bytesInOutput }]) => [path, bytesInOutput]));
}

/** Write a plan's imports before what each entry says itself. */
function importing(plan: Plan, root: string): Plugin {
  return {
    name: "layers",
    setup(builder) {
      builder.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        const more = plan.get(path.slice(root.length + 1));
        if (more === undefined) return undefined;
        const lines = more.map((each) => `import ${JSON.stringify(join(root, each))};`);
        return { contents: `${lines.join("\n")}\n${await readFile(path, "utf8")}`, loader: "ts" };
      });
    },
  };
}
