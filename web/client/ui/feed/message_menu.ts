/** What may be done with a message, in a menu beside it. */

import { h } from "../dom.ts";
import { icon } from "../icons.ts";
import { type MenuItem, openMenu } from "../menu.ts";
import { t } from "../words.ts";
import type { MessageItem } from "./fold.ts";
import { SIGNS, type Scene } from "./scene.ts";

/** Open the menu beside the button that asked for it. */
export function openMessageMenu(anchor: HTMLElement, item: MessageItem, scene: Scene): void {
  openMenu(anchor, acts(item, scene), signRow(item, scene));
}

function signRow(item: MessageItem, scene: Scene): HTMLElement {
  const set = (event: Event, emoji: string): void => {
    (event.currentTarget as HTMLElement).closest<HTMLElement>("[popover]")?.hidePopover();
    scene.acts.react(item, emoji);
  };
  return h(
    "div",
    { class: "sign-row", role: "group", "aria-label": t("Réagir") },
    SIGNS.map(({ emoji, drawing, word }) =>
      h(
        "button",
        {
          class: "icon-button",
          type: "button",
          role: "menuitem",
          "aria-label": word(),
          title: word(),
          onclick: (event: Event) => set(event, emoji),
        },
        icon(drawing),
      ),
    ),
  );
}

function acts(item: MessageItem, scene: Scene): MenuItem[] {
  const { acts: can, me } = scene;
  const items: MenuItem[] = [
    { label: t("Répondre"), icon: "reply", run: () => can.reply(item) },
    { label: t("Répondre à part"), icon: "message", run: () => can.thread(item) },
    { label: t("En faire une tâche"), icon: "tasks", run: () => can.task(item) },
    { label: t("Copier le texte"), icon: "copy", run: () => navigator.clipboard.writeText(item.text) },
  ];
  if (item.author !== me) return items;
  return [
    ...items,
    { label: t("Qui l'a lu"), icon: "eye", run: () => can.receipts(item) },
    { label: t("Modifier"), icon: "pencil", run: () => can.edit(item) },
    { label: t("Supprimer"), icon: "trash", run: () => can.remove(item), danger: true },
  ];
}
