/**
 * Doors with nothing behind them: where all that somebody loads later stands in a layer, esbuild
 * makes a file that only names it. It costs a request, so whoever asks is sent to the layer.
 */

import { basename } from "node:path";
import type { Metafile, OutputFile } from "esbuild";

/** A file of a build, by the name it is asked for. */
export type Built = { readonly path: string; readonly name: string; readonly text: string };

const FACADE = /^import\{(?<taken>[^}]+)\}from"\.\/(?<from>[^"]+)";(?:import"[^"]+";)*export\{(?<given>[^}]+)\};\s*$/u;
const EMPTY = /^(?:import"\.\/[^"]+";)+\s*$/u;

/** Send everybody past the facades of a build: its files without them, and who was one. */
export function pastFacades(files: readonly OutputFile[]): { readonly files: Built[]; readonly facades: ReadonlySet<string> } {
  const built = files.map(({ path, text }) => ({ path, name: basename(path), text }));
  const ways = new Map(built.flatMap(({ name, text }) => (isFacade(text) ? [[name, wayPast(text)] as const] : [])));
  const asked = /import\("\.\/([^"]+)"\)/gu;
  const redirected = built
    .filter(({ name }) => !ways.has(name))
    .map((file) => ({ ...file, text: file.text.replace(asked, (whole, name: string) => ways.get(name) ?? whole) }));
  return { files: redirected, facades: new Set(ways.keys()) };
}

/** What an entry loads, without the facades: what it loads first is then what it stands in. */
export function loadsOf({ outputs }: Metafile, facades: ReadonlySet<string>): Record<string, readonly string[]> {
  const reach = (path: string, found: Set<string>): Set<string> => {
    if (found.has(path)) return found;
    found.add(path);
    for (const each of outputs[path]?.imports ?? []) {
      if (each.kind === "import-statement") reach(each.path, found);
    }
    return found;
  };
  const names = (path: string): string[] => [...reach(path, new Set())].map((each) => basename(each));
  const entries = Object.entries(outputs).flatMap(([path, { entryPoint }]) =>
    entryPoint === undefined ? [] : [[entryPoint, names(path).filter((name) => !facades.has(name))] as const],
  );
  return Object.fromEntries(entries);
}

function isFacade(text: string): boolean {
  return FACADE.test(text) || EMPTY.test(text);
}

/** The import that gives what a facade gave: `a as b` is `b: m.a`. */
function wayPast(text: string): string {
  const { taken = "", from = "", given = "" } = FACADE.exec(text)?.groups ?? {};
  const inside = new Map(taken.split(",").map((each) => each.split(" as ").reverse() as [string, string]));
  const pairs = given.split(",").map((each) => {
    const [local = "", name = local] = each.split(" as ");
    return `${name}:m.${inside.get(local) ?? local}`;
  });
  return `import("./${from}").then(m=>({${pairs.join(",")}}))`;
}
