/** The shell without pages: a test in a browser speaks with it by `ronde`. */

import { start } from "../../web/client/shell/start.ts";

const began = performance.now();
void start().then((ronde) => Object.assign(globalThis, { ronde, tookToOpen: performance.now() - began }));
