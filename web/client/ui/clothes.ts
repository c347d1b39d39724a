/** The looks that only some pages need: fetched with the first of them, before it is drawn. */

import { h } from "./dom.ts";
import type { Area } from "./router.ts";

/** The stylesheets beside the one of all pages, by the names of their files under styles/areas. */
declare const RONDE_STYLES: Readonly<Record<string, string>>;

/** What opens over a page, and whatever has fields. */
const ASKED = "asked";

const WORN: Partial<Readonly<Record<Area, readonly string[]>>> = {
  circles: ["circle"],
  day: ["day"],
  door: [ASKED, "door"],
  account: [ASKED, "door"],
  coordination: [ASKED, "coordination"],
};

const fetched = new Map<string, Promise<void>>();

/** What a page of an area looks like beside what all pages do; `more` is its own. */
export function looksOf(area: Area, more: readonly string[] = []): readonly string[] {
  return [...(WORN[area] ?? []), ...more];
}

/** Put on what a page of an area looks like; a page without it is plain, and no worse. */
export async function wear(area: Area, more: readonly string[] = []): Promise<void> {
  await fetchAll(looksOf(area, more));
}

/** Load something that opens over a page, with what it looks like. */
export async function dressed<T>(part: Promise<T>, more: readonly string[] = []): Promise<T> {
  return (await Promise.all([part, fetchAll([ASKED, ...more])]))[0];
}

async function fetchAll(names: readonly string[]): Promise<void> {
  await Promise.all(names.map(async (name) => await fetchOnce(name)));
}

async function fetchOnce(name: string): Promise<void> {
  const known = fetched.get(name) ?? load(name);
  fetched.set(name, known);
  await known;
}

async function load(name: string): Promise<void> {
  const link = h("link", { rel: "stylesheet", href: `/assets/${RONDE_STYLES[name] ?? ""}` });
  const settled = new Promise<void>((done) => {
    link.addEventListener("load", () => done());
    link.addEventListener("error", () => {
      // Asked for again with the next page.
      link.remove();
      fetched.delete(name);
      done();
    });
  });
  document.head.append(link);
  await settled;
}
