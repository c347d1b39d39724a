/** The line that says what waits: offline, session over, a new version, something to look at. */

import type { Ronde, Status } from "../../shell/ronde.ts";
import { type Child, fill, found, h } from "../dom.ts";
import { type IconName, icon } from "../icons.ts";
import { t, tn } from "../words.ts";

const SHORT_MS = 3000;
/** A line that is down for less is nobody's business. */
const PATIENCE_MS = 1500;

/** What the banner says: its colour, its sign, its words, and what to do. */
export type Line = { readonly look: string; readonly sign: IconName; readonly text: string; readonly action?: Child };

/** Keep the banner true to the shell's status, until the page is closed. */
export function watchStatus(ronde: Ronde, actions: { readonly signIn: () => void }): () => void {
  let wasOffline = false;
  let turns = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const draw = (): void => {
    clearTimeout(timer);
    if (isOffline(ronde)) {
      timer = setTimeout(() => {
        wasOffline = true;
        show(isOffline(ronde) ? offline(ronde.status) : null);
      }, wasOffline ? 0 : PATIENCE_MS);
      return;
    }
    if (wasOffline) {
      show(restored());
      timer = setTimeout(draw, SHORT_MS);
    } else void tell();
    wasOffline = false;
  };
  const tell = async (): Promise<void> => {
    const turn = ++turns;
    const line = await lineOf(ronde, actions);
    if (turn === turns && !isOffline(ronde)) show(line);
  };
  ronde.on("status", draw);
  draw();
  return draw;
}

/** A device that nobody attested has no line to the server: that is not the network's fault. */
function isOffline({ standing, status }: Ronde): boolean {
  const speaks = standing.kind === "ready" && standing.registered;
  return speaks && status.signedIn && !status.online;
}

/** What to say now; what is seldom said is loaded then. */
async function lineOf(ronde: Ronde, actions: { readonly signIn: () => void }): Promise<Line | null> {
  const { standing, status } = ronde;
  if (!status.signedIn) return sessionOver(status, actions.signIn);
  const isWell = standing.kind === "ready" && standing.registered && standing.backedUp;
  if (isWell && !status.confused && !status.update && status.parked === 0) return null;
  // What does not come is asked for again with the next news.
  const seldom = await import("./status_lines.ts").catch(() => null);
  return seldom?.seldomLine(ronde) ?? null;
}

function offline({ waiting }: Status): Line {
  const text =
    waiting === 0
      ? t("Hors ligne – vous pouvez continuer à lire et à écrire.")
      : tn("Hors ligne – {n} message en attente", "Hors ligne – {n} messages en attente", waiting);
  return { look: "warm", sign: "offline", text };
}

function restored(): Line {
  return { look: "good", sign: "online", text: t("Connexion rétablie") };
}

function sessionOver(status: Status, signIn: () => void): Line {
  const action = h("button", { class: "button button-small", type: "button", onclick: signIn }, t("Se reconnecter"));
  const waiting = status.waiting > 0 ? ` ${offlineCount(status.waiting)}` : "";
  return { look: "warm", sign: "lock", text: t("Votre session est terminée.") + waiting, action };
}

function offlineCount(waiting: number): string {
  return tn("{n} message attend d'être envoyé.", "{n} messages attendent d'être envoyés.", waiting);
}

function show(line: Line | null): void {
  const place = found(document, ".status");
  if (line === null) return void fill(place);
  const banner = h("div", { class: `banner banner-${line.look}` }, icon(line.sign), h("p", null, line.text), line.action);
  if (place.textContent !== banner.textContent) fill(place, banner);
}
