/**
 * Unpacks the browser that npm brought and prints where it lies: `node unpack.mjs`, with
 * TMPDIR naming the folder. It is a headless one for Linux; its own libraries come beside it.
 */
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import chromium from "@sparticuz/chromium";

const path = await chromium.executablePath();
const folder = process.env.TMPDIR;
const fonts = join(folder, "fonts");
await mkdir(fonts, { recursive: true });
// Without one font a browser dies; the file that comes along names a folder of somebody else's.
await writeFile(
  join(fonts, "fonts.conf"),
  `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>${fonts}</dir><cachedir>${join(folder, "fonts-cache")}</cachedir></fontconfig>
`,
);
console.log(JSON.stringify({ path, fonts, entries: await readdir(folder) }));
