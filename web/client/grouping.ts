/**
 * Few files for each page: esbuild makes a file of its own for every set of pages that share
 * something, and that would be a hundred.
 *
 * Layers are kept whole: what every page has (the frame), the session, which every page has
 * that shows anything sealed, and what the pages of one family share. Whoever needs a piece
 * of a layer is made to import all of it.
 */

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type BuildOptions, type BuildResult, type Metafile, type Plugin, build } from "esbuild";

type Inputs = Metafile["inputs"];
type Layer = ReadonlySet<string>;

/** What every layer begins with: what an entry needs, and what is called so. */
export type LayerStart = {
  /** All that this entry imports is of the layer, itself too. */
  readonly entry?: string;
  /** Files of these names too, where several need them. */
  readonly named?: RegExp;
};

/** Build with whole layers; the files are in the result, and not on the disk. */
export async function buildInLayers(
  options: BuildOptions & { readonly absWorkingDir: string },
  starts: readonly LayerStart[],
): Promise<BuildResult<{ metafile: true; write: false }>> {
  const { metafile } = await build({ ...options, metafile: true, write: false });
  const plugins = [...(options.plugins ?? []), importing(planOf(metafile, starts), options.absWorkingDir)];
  return await build({ ...options, metafile: true, write: false, plugins });
}

/** Which files each entry is made to import. */
export type Plan = ReadonlyMap<string, readonly string[]>;

/** Plan the layers of a build from what its inputs import of each other. */
export function planOf({ inputs }: Pick<Metafile, "inputs">, starts: readonly LayerStart[]): Plan {
  const reached = new Map(laterIn(inputs).map((entry) => [entry, reach(inputs, entry)]));
  const layers = layersOf(inputs, reached, starts);
  const plan = [...reached].map(([entry, found]): [string, readonly string[]] => {
    const needed = new Set([layers[0] ?? new Set<string>()]);
    for (let before = 0; before < needed.size; ) {
      before = needed.size;
      const held = new Set([...found, ...[...needed].flatMap((layer) => [...layer].flatMap((path) => [...reach(inputs, path)]))]);
      for (const layer of layers) if ([...layer].some((path) => held.has(path))) needed.add(layer);
    }
    return [entry, [...needed].flatMap((layer) => [...layer]).filter((path) => path !== entry)];
  });
  return new Map([[starts[0]?.entry ?? "", [...(layers[0] ?? [])].filter((path) => path !== starts[0]?.entry)], ...plan]);
}

/** The layers, the frame first; no file is in two of them. */
function layersOf(inputs: Inputs, reached: ReadonlyMap<string, Layer>, starts: readonly LayerStart[]): readonly Layer[] {
  const taken = new Set<string>();
  const isShared = (path: string): boolean => [...reached.values()].filter((found) => found.has(path)).length > 1;
  return starts.map(({ entry, named }) => {
    const from = entry === undefined ? [] : [...reach(inputs, entry)];
    const more = Object.keys(inputs).filter((path) => named?.test(path) === true && isShared(path));
    const layer = [...from, ...more].filter((path) => isOurs(path) && !taken.has(path));
    for (const path of layer) taken.add(path);
    return new Set(layer);
  });
}

/** What libraries are made of comes with whoever of ours needs it. */
function isOurs(path: string): boolean {
  return path.endsWith(".ts") && !path.includes("node_modules/");
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

/** Write a plan's imports before what each entry says itself, and leave out what nobody hears. */
function importing(plan: Plan, root: string): Plugin {
  return {
    name: "layers",
    setup(builder) {
      builder.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        const more = plan.get(path.slice(root.length + 1)) ?? [];
        const lines = more.map((each) => `import ${JSON.stringify(join(root, each))};`);
        return { contents: `${lines.join("\n")}\n${quiet(await readFile(path, "utf8"))}`, loader: "ts" };
      });
    },
  };
}

/**
 * Leave out the sentences of errors: they speak to whoever reads the source, and no page shows
 * them. What a program looks at is a code, and no code has a space in it.
 */
function quiet(source: string): string {
  return source.replace(/(throw new \w+)\("[^"\n]* [^"\n]*"\)/gu, "$1()");
}
