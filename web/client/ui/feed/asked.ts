/** What somebody asks for over a discussion or a board: loaded then, with its looks. */

import { dressed } from "../clothes.ts";

/** Load the dialogs, the menus and the hands; throws what is said to whoever asked. */
export async function asked(): Promise<typeof import("./dialogs.ts")> {
  return await dressed(import("./dialogs.ts"), ["feed"]);
}
