/** What people would call a machine, as far as its browser tells. */

import { t } from "../words.ts";

const BROWSERS: Readonly<Record<string, string>> = {
  chrome: "Chrome",
  edge: "Edge",
  firefox: "Firefox",
  safari: "Safari",
};
const SYSTEMS: Readonly<Record<string, string>> = {
  android: "Android",
  ios: "iPhone",
  linux: "Linux",
  macos: "Mac",
  windows: "Windows",
};
const HINTS: readonly (readonly [hint: string, browser: string])[] = [
  ["Edg", "edge"],
  ["Firefox", "firefox"],
  ["FxiOS", "firefox"],
  ["Chrome", "chrome"],
  ["CriOS", "chrome"],
  ["Safari", "safari"],
];
const PLACES: readonly (readonly [hint: string, system: string])[] = [
  ["Android", "android"],
  ["iPhone", "ios"],
  ["iPad", "ios"],
  ["Windows", "windows"],
  ["Mac", "macos"],
  ["Linux", "linux"],
];

/** Say a browser and its system in two words, from the families the server keeps. */
export function machineName(browser: string, system: string): string {
  if (browser === "program") return t("Un programme");
  const said = [BROWSERS[browser], SYSTEMS[system]].filter((each) => each !== undefined);
  return said.length === 0 ? t("Un navigateur") : said.join(", ");
}

/** Say this very machine. */
export function thisMachine(): string {
  const agent = navigator.userAgent;
  const told = (pairs: readonly (readonly [string, string])[]): string =>
    pairs.find(([hint]) => agent.includes(hint))?.[1] ?? "";
  return machineName(told(HINTS), told(PLACES));
}
