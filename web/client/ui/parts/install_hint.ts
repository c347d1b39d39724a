/** The browser's offer to install Ronde: it comes with the page, long before anybody asks. */

type InstallEvent = Event & { prompt(): Promise<unknown> };
let waiting: InstallEvent | null = null;

/** Keep the browser's offer for when somebody asks for it. */
export function watchInstall(): void {
  window.addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    waiting = event as InstallEvent;
  });
}

/** The offer that waits, or null. */
export function offered(): InstallEvent | null {
  return waiting;
}
