/**
 * Which page answers to which address, and how one goes from page to page.
 *
 * A page is one module `ui/pages/<name>.ts` that exports one maker and names its address by
 * a row in `ui/routes.ts`:
 *
 *     export async function feedPage(context: PageContext): Promise<Page> {
 *       const { ronde, place, signal, go } = context;
 *       const circle = place.params.circle;
 *       return { title: t("Cercle"), element: h("div", { class: "page" }, h("h1", …), …) };
 *     }
 *
 *     { path: "/circles/{circle}", area: "circles",
 *       load: async () => (await import("./pages/feed.ts")).feedPage },
 *
 * - `element` holds exactly one `h1`: the frame gives it the focus on arrival.
 * - `title` goes into the window's title and the phone's bar. Never a child's full name.
 * - `signal` is aborted when the person leaves: hand it to every listener and request.
 * - `go("/tasks")` goes elsewhere; plain `<a href="/tasks">` works by itself.
 * - filters belong into the address: `filter({ state: "late" })` rewrites the query in place
 *   without drawing the page anew; `place.query` is what the page opens with.
 * - `leave`, if there is one, is asked before another page is drawn; false stays.
 * - a maker that throws gets the error page; a maker slower than a blink gets a skeleton.
 */

import { type Ronde } from "../shell/ronde.ts";

/** The parts of the house that the navigation shows. */
export type Area = "day" | "circles" | "tasks" | "coordination" | "account" | "door" | "nowhere";

/** An address, taken apart; `token` is what stood behind `#`, which never reaches a server. */
type Place = {
  readonly path: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly token: string;
};

/** What a page is given. */
export type PageContext = {
  readonly ronde: Ronde;
  readonly place: Place;
  readonly signal: AbortSignal;
  readonly go: (href: string, how?: { readonly replace?: boolean }) => void;
  readonly filter: (query: Readonly<Record<string, string | null>>) => void;
  readonly again: () => void;
};

/** What a page gives back. `layout: "fill"` takes the whole height and scrolls by itself. */
export type Page = {
  readonly title: string;
  readonly element: HTMLElement;
  readonly layout?: "page" | "fill" | "door";
  readonly leave?: () => boolean | Promise<boolean>;
  readonly arrived?: () => void;
};

export type PageMaker = (context: PageContext) => Page | Promise<Page>;

/** A row of the table. `open` pages need nobody signed in. */
export type Route = {
  readonly path: string;
  readonly area: Area;
  readonly open?: boolean;
  /** The looks that it needs beside those of its area: see clothes.ts. */
  readonly wears?: readonly string[];
  readonly load: () => Promise<PageMaker>;
};

export type Match = { readonly route: Route; readonly place: Place };

/** Find the page of an address, or null. */
export function match(routes: readonly Route[], url: URL): Match | null {
  const parts = pieces(url.pathname);
  for (const route of routes) {
    const params = fits(pieces(route.path), parts);
    if (params === null) continue;
    const place = { path: url.pathname, params, query: url.searchParams, token: url.hash.slice(1) };
    return { route, place };
  }
  return null;
}

function pieces(path: string): string[] {
  return path.split("/").filter((piece) => piece !== "");
}

function fits(pattern: readonly string[], parts: readonly string[]): Record<string, string> | null {
  if (pattern.length !== parts.length) return null;
  const params: Record<string, string> = {};
  for (const [at, piece] of pattern.entries()) {
    const part = parts[at] ?? "";
    if (piece.startsWith("{")) params[piece.slice(1, -1)] = part;
    else if (piece !== part) return null;
  }
  return params;
}

/** Follows links and the back button, and remembers how far each page was scrolled. */
export class Router {
  readonly #arrive: (url: URL, scroll: number) => Promise<void>;
  readonly #mayLeave: () => Promise<boolean>;
  readonly #scrolled: () => number;
  #here = location.href;

  constructor(
    arrive: (url: URL, scroll: number) => Promise<void>,
    mayLeave: () => Promise<boolean>,
    scrolled: () => number,
  ) {
    this.#arrive = arrive;
    this.#mayLeave = mayLeave;
    this.#scrolled = scrolled;
  }

  /** Listen to clicks on links and to the back button, and draw the page of this address. */
  async start(): Promise<void> {
    history.scrollRestoration = "manual";
    document.addEventListener("click", (event) => this.#followed(event));
    window.addEventListener("popstate", () => void this.#wentBack());
    await this.#draw();
  }

  /** Go to an address of ours. */
  async go(href: string, how: { readonly replace?: boolean } = {}): Promise<void> {
    if (!(await this.#mayLeave())) return;
    this.#keepScroll();
    if (how.replace === true) history.replaceState({}, "", href);
    else history.pushState({}, "", href);
    await this.#draw();
  }

  /** Draw the page of this address anew. */
  async again(): Promise<void> {
    if (!(await this.#mayLeave())) return;
    this.#keepScroll();
    await this.#draw();
  }

  /** Rewrite the query in place; null takes a name out. */
  filter(query: Readonly<Record<string, string | null>>): void {
    const url = new URL(location.href);
    for (const [name, value] of Object.entries(query)) {
      if (value === null || value === "") url.searchParams.delete(name);
      else url.searchParams.set(name, value);
    }
    history.replaceState(history.state, "", url);
  }

  /** The back button has moved already; a page that may not be left is put back in its place. */
  async #wentBack(): Promise<void> {
    if (await this.#mayLeave()) await this.#draw();
    else history.pushState({}, "", this.#here);
  }

  async #draw(): Promise<void> {
    this.#here = location.href;
    const kept = (history.state as { scroll?: number } | null)?.scroll ?? 0;
    await this.#arrive(new URL(location.href), kept);
  }

  #keepScroll(): void {
    history.replaceState({ scroll: this.#scrolled() }, "");
  }

  #followed(event: MouseEvent): void {
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    if (link === null || !isPlain(event) || !isOurs(link)) return;
    event.preventDefault();
    void this.go(link.href);
  }
}

/** A click that asks for nothing but to go there: no new tab, no download. */
function isPlain(event: MouseEvent): boolean {
  const held = event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
  return !event.defaultPrevented && event.button === 0 && !held;
}

function isOurs(link: HTMLAnchorElement): boolean {
  if (link.target !== "" || link.hasAttribute("download")) return false;
  if (link.origin !== location.origin || isServed(link.pathname)) return false;
  return link.pathname !== location.pathname || link.hash === "";
}

/** Addresses the server answers itself, so that the browser must ask it. */
function isServed(path: string): boolean {
  return /^\/(?:api|assets|static|r|demo)\//u.test(path) || path === "/demo";
}
