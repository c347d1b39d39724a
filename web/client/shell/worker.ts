/** Starting the service worker, by the one script address that the policy lets through. */

const WORKER = "/sw.js";

type Policy = { createScriptURL(url: string): string };
type Factory = {
  createPolicy(name: string, rules: { createScriptURL: (url: string) => string }): Policy;
};

/** Register the worker; `waiting` is told when a newer release is ready to take over. */
export async function registerWorker(waiting: () => void): Promise<void> {
  if (!("serviceWorker" in navigator)) return;
  const url = policy()?.createScriptURL(WORKER) ?? WORKER;
  try {
    const registration = await navigator.serviceWorker.register(url, { updateViaCache: "none" });
    watch(registration, waiting);
  } catch {
    // A private window, or a browser that forbids it: everything works but opening offline.
  }
}

/** Let a newer release take over, and load the page with it. */
export async function takeOver(): Promise<void> {
  const registration = await navigator.serviceWorker.getRegistration();
  if (registration?.waiting == null) {
    location.reload();
    return;
  }
  navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), {
    once: true,
  });
  registration.waiting.postMessage("take-over");
}

function watch(registration: ServiceWorkerRegistration, waiting: () => void): void {
  const tellOnce = (): void => {
    // The first worker of all replaces nobody.
    if (registration.waiting !== null && navigator.serviceWorker.controller !== null) waiting();
  };
  tellOnce();
  registration.addEventListener("updatefound", () => {
    registration.installing?.addEventListener("statechange", tellOnce);
  });
}

let made: Policy | null = null;

/** The only policy there is (Trusted Types): it knows one address, and lets no other through. */
function policy(): Policy | null {
  const factory = (globalThis as { trustedTypes?: Factory }).trustedTypes;
  if (factory === undefined) return null;
  made ??= factory.createPolicy("ronde", {
    createScriptURL: (url) => {
      if (url !== WORKER) throw new TypeError("no script of ours");
      return url;
    },
  });
  return made;
}
