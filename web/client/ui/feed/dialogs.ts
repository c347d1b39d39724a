/**
 * What opens over a discussion or a board when somebody asks for it, and the hands that it
 * takes to write with files and names.
 *
 * In one file so that it comes in one go, after what one came to read.
 */

export { openMenu } from "../menu.ts";
export { enlarge } from "./enlarged.ts";
export { fetchFile, showPicture } from "./fetching.ts";
export { Suggestions } from "./mention.ts";
export { isSureToRemove, openReceipts } from "./message_dialogs.ts";
export { openMessageMenu } from "./message_menu.ts";
export { openNewTask } from "./new_task.ts";
export { blurPicture } from "./picture.ts";
export { openSearch } from "./search.ts";
export { openTask } from "./task_dialog.ts";
export { Tray } from "./tray.ts";
export { openTrouble, troubleBanner } from "./trouble.ts";
