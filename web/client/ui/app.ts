/** The beginning of every page: speak, open the device, draw the frame, follow the addresses. */

import type { Ronde, Standing } from "../shell/ronde.ts";
import { isNotLoaded } from "../shell/lazily.ts";
import { holdsDevice, start } from "../shell/start.ts";
import { dressed, wear } from "./clothes.ts";
import { fill, found, h } from "./dom.ts";
import { addShortcuts, listenToKeys } from "./keyboard.ts";
import { type FrameCircle, buildFrame, drawNavigation } from "./parts/frame.ts";
import { watchInstall } from "./parts/install_hint.ts";
import { watchStatus } from "./parts/status_banner.ts";
import { type Area, type Match, type Page, type PageContext, type PageMaker, Router, match } from "./router.ts";
import { ROUTES } from "./routes.ts";
import { toast } from "./toast.ts";
import { firstLanguage, hasChosenLanguage, language, speak, t } from "./words.ts";

const BLINK_MS = 160;
const AFTER_DOOR = "ronde.after-door";

/** The one application of this tab. */
class App {
  readonly #ronde: Ronde;
  readonly #main: HTMLElement;
  readonly #router: Router;
  readonly #names = new Map<string, string>();
  #leaving = new AbortController();
  #page: Page | null = null;
  /** The path of the page that is shown. */
  #shown = "";
  #area: Area = "day";
  #turn = 0;
  #stood: Standing["kind"];
  #tellSwitcher: () => void = () => undefined;
  #drawStatus: () => void = () => undefined;
  #closeSession: () => void = () => undefined;

  constructor(ronde: Ronde, place: HTMLElement) {
    this.#ronde = ronde;
    this.#stood = ronde.standing.kind;
    this.#main = buildFrame(place);
    this.#router = new Router(
      (url, scroll) => this.#arrive(url, scroll),
      async () => (await this.#page?.leave?.()) ?? true,
      () => this.#main.scrollTop,
    );
  }

  async start(): Promise<void> {
    this.#listen();
    await this.#speakTheirs();
    await this.#router.start();
    // Whoever asked who is here may have had the answer before anybody listened.
    const { standing, status } = this.#ronde;
    if (standing.kind === "ready" && !status.signedIn) void this.#openSession();
    await this.#learnNames();
  }

  #listen(): void {
    const signIn = (): void => void this.#openSession();
    this.#drawStatus = watchStatus(this.#ronde, { signIn });
    this.#ronde.on("standing", (standing) => void this.#stand(standing));
    this.#ronde.on("session-over", signIn);
    this.#ronde.on("channel", () => this.#drawFrame());
    this.#ronde.on("circle", () => void this.#learnNames());
    document.addEventListener("ronde-language", () => {
      this.#drawStatus();
      void this.#router.again();
    });
    watchInstall();
    window.addEventListener("unhandledrejection", ({ reason }) => {
      // Where even these words do not come there is nothing to say them with.
      showUnexpected(reason).catch(() => undefined);
    });
    listenToKeys();
    // Fetched with the first key of Ctrl+K: whoever presses it goes on typing at once.
    window.addEventListener("keydown", ({ key }) => {
      if (key === "Control" || key === "Meta") dressed(import("./parts/switcher.ts")).catch(() => undefined);
    });
    addShortcuts([
      { keys: ["Mod", "K"], label: () => t("Aller à un cercle ou à une page"), run: () => void this.#openSwitcher() },
      { keys: ["Mod", "/"], label: () => t("Voir les raccourcis"), run: () => void openHelp() },
      { keys: ["Échap"], label: () => t("Fermer ce qui est ouvert") },
    ]);
  }

  /** Draw what the new standing asks for, unless the page at the door leads there by itself. */
  async #stand({ kind }: Standing): Promise<void> {
    const before = this.#stood;
    this.#stood = kind;
    if (kind === "signed-out") this.#closeSession();
    this.#drawStatus();
    await this.#speakTheirs();
    const here = location.pathname;
    const goesOn = kind === "ready" ? this.#area === "door" && here !== "/sign-in" : here === "/invitation";
    if (kind === before || (goesOn && kind !== "signed-out")) return;
    await this.#router.again();
  }

  /** Whoever chose no language in this browser is spoken to as their account says. */
  async #speakTheirs(): Promise<void> {
    const theirs = this.#ronde.me?.language;
    if (theirs === undefined || theirs === language() || hasChosenLanguage()) return;
    await speak(theirs);
    if (this.#page !== null) await this.#router.again();
  }

  async #arrive(url: URL, scroll: number): Promise<void> {
    const turn = ++this.#turn;
    this.#leaving.abort();
    this.#leaving = new AbortController();
    const found = this.#guard(match(ROUTES, url), url);
    if (found === "elsewhere") return;
    // A page that is drawn anew stays until it is: nobody loses their place, nor its heading.
    const anew = this.#page !== null && this.#shown === url.pathname;
    const waiting = setTimeout(() => !anew && this.#showSkeleton(turn), BLINK_MS);
    const [page] = await Promise.all([this.#make(found, url), wear(this.#area, looks(found))]);
    clearTimeout(waiting);
    if (turn !== this.#turn) return;
    this.#shown = url.pathname;
    this.#show(page, scroll);
  }

  /** What may be seen depends on where this browser stands. */
  #guard(found: Match | null, url: URL): Match | PageMaker | "elsewhere" {
    const { kind } = this.#ronde.standing;
    if (found?.route.open === true) {
      this.#area = found.route.area;
      if (kind === "signed-out" || url.pathname !== "/sign-in") return found;
      return this.#elsewhere(sessionStorage.getItem(AFTER_DOOR) ?? "/");
    }
    if (kind === "signed-out") return this.#outside(found, url);
    sessionStorage.removeItem(AFTER_DOOR);
    this.#area = kind === "ready" ? (found?.route.area ?? "nowhere") : "door";
    if (kind === "ready") return found ?? notFound;
    return kind === "no-device" ? recovery : standingPage;
  }

  /** Whoever came for a page gets it after the door; whoever signs out begins anew. */
  #outside(found: Match | null, url: URL): PageMaker | "elsewhere" {
    this.#area = "door";
    if (found === null) return notFound;
    if (this.#page === null) sessionStorage.setItem(AFTER_DOOR, url.pathname + url.search);
    else sessionStorage.removeItem(AFTER_DOOR);
    return this.#elsewhere("/sign-in");
  }

  #elsewhere(href: string): "elsewhere" {
    void this.#router.go(href, { replace: true });
    return "elsewhere";
  }

  async #make(found: Match | PageMaker, url: URL): Promise<Page> {
    const place =
      typeof found === "function"
        ? { path: url.pathname, params: {}, query: url.searchParams, token: "" }
        : found.place;
    const context: PageContext = {
      ronde: this.#ronde,
      place,
      signal: this.#leaving.signal,
      go: (href, how) => void this.#router.go(href, how),
      filter: (query) => this.#router.filter(query),
      again: () => void this.#router.again(),
    };
    try {
      const make = typeof found === "function" ? found : await found.route.load();
      return await make(context);
    } catch (error) {
      const { faultPage } = await import("./pages/fault.ts");
      return faultPage(context, error);
    }
  }

  #show(page: Page, scroll: number): void {
    const first = this.#page === null;
    this.#page = page;
    this.#drawFrame();
    document.body.dataset.layout = this.#area === "door" ? "door" : (page.layout ?? "page");
    fill(this.#main, page.element);
    this.#main.scrollTop = scroll;
    this.#title();
    page.arrived?.();
    showOpenTabs(this.#main);
    const heading = this.#main.querySelector("h1");
    heading?.setAttribute("tabindex", "-1");
    if (!first && !this.#main.contains(document.activeElement)) heading?.focus({ preventScroll: true });
  }

  #showSkeleton(turn: number): void {
    if (turn !== this.#turn) return;
    const bone = (look: string): HTMLElement => h("div", { class: `skeleton skeleton-${look}` });
    const bones = h("div", { class: "page", "aria-hidden": "true" }, bone("title"), bone("card"), bone("card"), bone("card"));
    fill(this.#main, bones);
  }

  #drawFrame(): void {
    document.body.dataset.standing = this.#ronde.standing.kind;
    drawNavigation({
      me: this.#ronde.me,
      area: this.#area,
      path: location.pathname,
      circles: this.#namedCircles(),
      openSwitcher: () => void this.#openSwitcher(),
    });
    this.#title();
  }

  #namedCircles(): FrameCircle[] {
    const named = this.#ronde.circles.map((view) => ({ view, name: this.#names.get(view.id) ?? "" }));
    return named.filter((each) => each.name !== "").sort((a, b) => a.name.localeCompare(b.name));
  }

  /** The number of unread things stands in the window's title and on the installed app. */
  #title(): void {
    const unread = this.#ronde.circles.reduce((sum, each) => sum + each.unread, 0);
    const count = unread > 0 ? `(${unread}) ` : "";
    document.title = `${count}${this.#page?.title ?? ""} · Ronde`;
    if (!("setAppBadge" in navigator)) return;
    const badge = unread > 0 ? navigator.setAppBadge(unread) : navigator.clearAppBadge();
    badge.catch(() => undefined);
  }

  /** Circles are called by their child, which only the day's list tells. */
  async #learnNames(): Promise<void> {
    if (this.#ronde.standing.kind !== "ready") return;
    const { api, circles } = this.#ronde;
    this.#name(await api.kept<Day>("/day").catch(() => null));
    const nameless = circles.filter(({ id }) => !this.#names.has(id));
    if (nameless.length > 0) {
      // Each is asked for once: a circle that the day does not tell stays without a name here.
      for (const { id } of nameless) this.#names.set(id, "");
      this.#name((await api.read<Day>("/day").catch(() => null))?.value ?? null);
    }
    this.#drawFrame();
    this.#tellSwitcher();
  }

  #name(day: Day | null): void {
    for (const { id, child } of day?.circles ?? []) {
      this.#names.set(id, `${child.given_name} ${child.family_name}`);
    }
  }

  async #openSwitcher(): Promise<void> {
    if (this.#area === "door") return;
    const { openSwitcher } = await dressed(import("./parts/switcher.ts"));
    this.#tellSwitcher = openSwitcher({
      ronde: this.#ronde,
      circles: () => this.#namedCircles(),
      go: (href) => void this.#router.go(href),
    });
  }

  async #openSession(): Promise<void> {
    if (this.#area === "door") return;
    const { openSessionDialog, closeSessionDialog } = await dressed(import("./parts/session_dialog.ts"));
    if (this.#ronde.standing.kind === "signed-out") return;
    this.#closeSession = closeSessionDialog;
    openSessionDialog(this.#ronde);
  }
}

type Day = {
  readonly circles: readonly {
    readonly id: string;
    readonly child: { readonly given_name: string; readonly family_name: string };
  }[];
};

const notFound: PageMaker = async (context) => (await import("./pages/not_found.ts")).notFoundPage(context);
const recovery: PageMaker = async (context) => (await import("./pages/recovery.ts")).recoveryPage(context);
const standingPage: PageMaker = async (context) => (await import("./pages/standing.ts")).standingPage(context);

/** What no page caught is said all the same, so that nobody waits for what will not come. */
async function showUnexpected(reason: unknown): Promise<void> {
  if (reason instanceof DOMException && reason.name === "AbortError") return;
  if (isNotLoaded(reason)) {
    toast(t("Le serveur ne répond pas. Vérifiez votre connexion, puis réessayez."));
    return;
  }
  const { said } = await import("./faults.ts");
  toast(said(reason));
}

/** On a narrow screen the open tab may lie beyond the edge: it is brought to the middle. */
function showOpenTabs(place: HTMLElement): void {
  for (const bar of place.querySelectorAll<HTMLElement>(".tabs")) {
    const open = bar.querySelector("[aria-current], [aria-selected=true]")?.getBoundingClientRect();
    const { left, width } = bar.getBoundingClientRect();
    if (open !== undefined) bar.scrollLeft += open.left - left - (width - open.width) / 2;
  }
}

function looks(found: Match | PageMaker): readonly string[] | undefined {
  return typeof found === "function" ? undefined : found.route.wears;
}

async function openHelp(): Promise<void> {
  (await dressed(import("./parts/shortcut_help.ts"))).openShortcutHelp();
}

/** The page's own files come while the device opens; whoever fails is asked again when drawn. */
function fetchAhead(): void {
  const route = match(ROUTES, new URL(location.href))?.route;
  if (route === undefined || (route.open !== true && !holdsDevice())) return;
  route.load().catch(() => undefined);
  void wear(route.area, route.wears);
}

async function main(): Promise<void> {
  const place = found<HTMLElement>(document, "#app");
  fetchAhead();
  const [ronde] = await Promise.all([start(), speak(firstLanguage())]);
  await new App(ronde, place).start();
}

void main();
