/** What the pathway says of early care, asked once while a page lives. */

import type { Ronde } from "../../shell/ronde.ts";
import { atOnce } from "../at_once.ts";
import type { EarlyCare } from "./served.ts";

/** The disciplines and the two forms; at once where this device has them already. */
export async function earlyCareOf(ronde: Ronde): Promise<EarlyCare> {
  return (await atOnce<EarlyCare>(ronde, "/pathway/early_care")).value;
}
