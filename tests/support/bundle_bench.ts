/** Bundles what the core's measures load: `node bundle_bench.ts <folder>`. */

import { createRequire } from "node:module";
import { join } from "node:path";

const HERE = import.meta.dirname;
const CLIENT = join(HERE, "../../web/client");
const { build } = createRequire(join(CLIENT, "package.json"))("esbuild");
const [folder] = process.argv.slice(2);

await build({
  absWorkingDir: CLIENT,
  bundle: true,
  minify: true,
  target: "es2023",
  format: "esm",
  logLevel: "warning",
  entryPoints: [join(HERE, "bench_page.ts")],
  outfile: join(folder ?? ".", "core.js"),
});
