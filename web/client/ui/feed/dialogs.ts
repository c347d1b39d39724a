/**
 * What opens over a discussion or a board when somebody asks for it.
 *
 * In one file so that it comes in one go, after what one came to read.
 */

export { openNewTask } from "./new_task.ts";
export { blurPicture } from "./picture.ts";
export { openSearch } from "./search.ts";
export { openTask } from "./task_dialog.ts";
export { openTrouble, troubleBanner } from "./trouble.ts";
