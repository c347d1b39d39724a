/** The pathway's definition: what its forms, visits and stages are called. */

import type { Ronde } from "../../shell/ronde.ts";
import { atOnce } from "../at_once.ts";
import type { PathwayForm } from "./served.ts";

/** The pathway's definition, as this device kept it while it asks: it hardly ever changes. */
export async function pathwayOf(ronde: Ronde): Promise<PathwayForm> {
  return (await atOnce<PathwayForm>(ronde, "/pathway")).value;
}
