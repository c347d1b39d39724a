/** Starting the shell: once for each tab, before anything is drawn. */

import { House } from "./house.ts";
import type { Ronde } from "./ronde.ts";
import { registerWorker } from "./worker.ts";

export { holdsDevice } from "./door.ts";

/** Open what this browser holds and keep it up to date from here on. */
export async function start(): Promise<Ronde> {
  const house = new House();
  globalThis.addEventListener("online", () => house.hurry());
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") house.hurry();
  });
  await house.open();
  // After the page is drawn: it must not wait for files that it has.
  setTimeout(() => void registerWorker(() => house.updateWaits()), 0);
  return house;
}
