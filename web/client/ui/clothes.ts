/** The looks that only some areas need: fetched with their first page, before it is drawn. */

import { h } from "./dom.ts";
import type { Area } from "./router.ts";

/** The stylesheets beside the one of all pages, by the names of their files under styles/areas. */
declare const RONDE_STYLES: Readonly<Record<string, string>>;

const WORN: Partial<Readonly<Record<Area, readonly string[]>>> = {
  door: ["door"],
  account: ["door"],
  coordination: ["door", "coordination"],
  circles: ["feed"],
  tasks: ["feed"],
};

const fetched = new Map<string, Promise<void>>();

/** Put on what an area's pages look like; a page without it is plain, and no worse. */
export async function wear(area: Area): Promise<void> {
  await Promise.all((WORN[area] ?? []).map(async (name) => await fetchOnce(name)));
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
