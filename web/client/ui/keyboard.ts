/** Shortcuts: never a single letter while somebody types, and every one is in the help. */

import { language } from "./words.ts";

export type Shortcut = {
  /** As it is shown: « Mod » is ⌘ on a Mac and Ctrl elsewhere. */
  readonly keys: readonly string[];
  readonly label: () => string;
  /** Absent where a part handles its own keys and only the help should know. */
  readonly run?: () => void;
};

const held: Shortcut[] = [];
const MAC = /mac|iphone|ipad/iu.test(navigator.userAgent);

/** Add shortcuts, until the signal is aborted. */
export function addShortcuts(shortcuts: readonly Shortcut[], signal?: AbortSignal): void {
  held.push(...shortcuts);
  signal?.addEventListener("abort", () => {
    for (const each of shortcuts) held.splice(held.indexOf(each), 1);
  });
}

/** All shortcuts that work now, for the help. */
export function allShortcuts(): readonly Shortcut[] {
  return held;
}

/** Say a key as it is written on this machine's keyboard. */
export function keyName(key: string): string {
  if (key === "Mod") return MAC ? "⌘" : "Ctrl";
  return language() === "fr" ? key : (ENGLISH[key] ?? key);
}
const ENGLISH: Readonly<Record<string, string>> = { Maj: "Shift", Entrée: "Enter", Échap: "Esc" };

/** Listen to the keyboard. */
export function listenToKeys(): void {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    const pressed = held.find((each) => each.run !== undefined && fits(each.keys, event));
    if (pressed === undefined) return;
    event.preventDefault();
    pressed.run?.();
  });
}

function fits(keys: readonly string[], event: KeyboardEvent): boolean {
  const mod = MAC ? event.metaKey : event.ctrlKey;
  const last = keys.at(-1) ?? "";
  return (
    event.key.toLowerCase() === last.toLowerCase() &&
    mod === keys.includes("Mod") &&
    event.altKey === keys.includes("Alt") &&
    // Where « / » is a shifted key, as on a French keyboard, Shift is part of the sign.
    (event.shiftKey === keys.includes("Maj") || !/\p{L}/u.test(last))
  );
}
