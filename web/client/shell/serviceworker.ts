/**
 * The worker behind every tab: the page opens without a network, and a push says that
 * something waits, never what.
 *
 * It holds no key and no session. It keeps the files of one release and the page that names
 * them; a new release is fetched whole before it replaces the old.
 */

/// <reference lib="webworker" />

declare const self: ServiceWorkerGlobalScope;
declare const RONDE_RELEASE: string;
declare const RONDE_ASSETS: readonly string[];

const CACHE = `ronde-${RONDE_RELEASE}`;
const PAGE = "/";
const BESIDE = ["/icon.svg", "/app.webmanifest"];
const PATIENCE = 3_000;
const KEPT_FOREVER = "/assets/";

/** What a push may say: nothing that came with it but one of these names. */
const TOLD = {
  fr: {
    news: "Quelque chose vous attend dans Ronde.",
    urgent: "Un message urgent vous attend dans Ronde.",
    mention: "On s’adresse à vous dans Ronde.",
    task: "Une tâche vous attend dans Ronde.",
  },
  en: {
    news: "Something waits for you in Ronde.",
    urgent: "An urgent message waits for you in Ronde.",
    mention: "Somebody addresses you in Ronde.",
    task: "A task waits for you in Ronde.",
  },
} as const;

type Told = keyof (typeof TOLD)["fr"];
type Push = { readonly kind?: string; readonly language?: string; readonly count?: number };

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("fetch", (event) => answer(event));
self.addEventListener("push", (event) => event.waitUntil(tell(event.data)));
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(show());
});
self.addEventListener("message", (event: ExtendableMessageEvent) => {
  if (event.data === "take-over") event.waitUntil(self.skipWaiting());
});

async function install(): Promise<void> {
  const cache = await caches.open(CACHE);
  await cache.addAll([PAGE, ...BESIDE, ...RONDE_ASSETS].map((url) => fresh(url)));
}

/** Files named by their content are taken from the browser's own cache, the others anew. */
function fresh(url: string): Request {
  return new Request(url, { cache: url.startsWith(KEPT_FOREVER) ? "default" : "no-cache" });
}

async function activate(): Promise<void> {
  const old = (await caches.keys()).filter((name) => name !== CACHE);
  await Promise.all(old.map(async (name) => await caches.delete(name)));
  await self.clients.claim();
}

function answer(event: FetchEvent): void {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate" && isPage(url.pathname)) event.respondWith(page(request));
  else if (url.pathname.startsWith(KEPT_FOREVER) || BESIDE.includes(url.pathname)) {
    event.respondWith(kept(request));
  }
}

/** The families' pages and the server's own are no part of the client. */
function isPage(path: string): boolean {
  return !/^\/(?:api|r|demo|openapi|healthz|readyz|metrics|fhir|\.well-known)(?:$|[/.])/u.test(path);
}

/** The page from the network, which names the newest release; without one, the kept page. */
async function page(request: Request): Promise<Response> {
  const shell = await caches.match(PAGE, { cacheName: CACHE });
  if (shell === undefined) return await fetch(request);
  try {
    const found = await fetch(request, { signal: AbortSignal.timeout(PATIENCE) });
    // A proxy that apologises for a server that is down is no page of ours.
    return found.status < 500 ? found : shell;
  } catch {
    return shell;
  }
}

async function kept(request: Request): Promise<Response> {
  return (await caches.match(request)) ?? (await fetch(request));
}

async function tell(data: PushMessageData | null): Promise<void> {
  const push = read(data);
  const language = push.language === "en" ? "en" : "fr";
  const kind: Told = Object.hasOwn(TOLD.fr, push.kind ?? "") ? (push.kind as Told) : "news";
  await self.registration.showNotification("Ronde", {
    body: TOLD[language][kind],
    lang: language,
    icon: "/icon.svg",
    badge: "/icon.svg",
    tag: kind === "urgent" ? "urgent" : "ronde",
    requireInteraction: kind === "urgent",
  });
  if (typeof push.count === "number" && "setAppBadge" in navigator) {
    await navigator.setAppBadge(push.count);
  }
}

function read(data: PushMessageData | null): Push {
  try {
    return (data?.json() as Push | undefined) ?? {};
  } catch {
    return {};
  }
}

/** Bring a window of ours to the front, or open one. */
async function show(): Promise<void> {
  const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const [first] = windows;
  if (first === undefined) await self.clients.openWindow(PAGE);
  else await first.focus();
}
