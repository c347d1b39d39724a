/** A device that was just made gets a name that its owner will recognise in the list. */

import type { Ronde } from "../../shell/ronde.ts";
import { thisMachine } from "./machine.ts";

/** Name this device after its machine; nobody waits for it, and nothing is lost without it. */
export function nameThisDevice(ronde: Ronde): void {
  const { standing } = ronde;
  if (standing.kind !== "ready") return;
  const name = { name: thisMachine() };
  void ronde.api.ask("PUT", `/devices/${standing.device}/name`, name).catch(() => null);
}
