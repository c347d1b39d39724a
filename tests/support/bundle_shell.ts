/** Bundles what the shell's tests load: `node bundle_shell.ts <folder>`. */

import { createRequire } from "node:module";
import { join } from "node:path";

const HERE = import.meta.dirname;
const CLIENT = join(HERE, "../../web/client");
const { build } = createRequire(join(CLIENT, "package.json"))("esbuild");
const [folder] = process.argv.slice(2);

const common = { absWorkingDir: CLIENT, bundle: true, target: "es2022", logLevel: "warning" };
await build({
  ...common,
  format: "esm",
  entryPoints: [join(HERE, "shell_page.ts")],
  outfile: join(folder ?? ".", "shell.js"),
});
await build({
  ...common,
  format: "iife",
  entryPoints: ["shell/serviceworker.ts"],
  outfile: join(folder ?? ".", "sw.js"),
  define: { RONDE_RELEASE: '"test"', RONDE_ASSETS: '["/assets/shell.js"]' },
});
