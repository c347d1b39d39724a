/** Ctrl+/: what the keyboard can do on this page. */

import { openDialog } from "../dialog.ts";
import { h } from "../dom.ts";
import { allShortcuts, keyName } from "../keyboard.ts";
import { t } from "../words.ts";

/** Open the list of shortcuts. */
export function openShortcutHelp(): void {
  if (document.querySelector("dl.shortcuts") !== null) return;
  const rows = allShortcuts().map((each) =>
    h(
      "div",
      null,
      h("dt", null, each.label()),
      h("dd", null, each.keys.flatMap((key, at) => [at > 0 && " ", h("kbd", { class: "key" }, keyName(key))])),
    ),
  );
  openDialog({ title: t("Raccourcis du clavier"), body: h("dl", { class: "shortcuts" }, rows) });
}
