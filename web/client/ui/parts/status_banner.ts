/** The line that says what waits: offline, session over, a new version, something to look at. */

import type { Ronde, Standing, Status } from "../../shell/ronde.ts";
import { type Child, fill, found, h } from "../dom.ts";
import { type IconName, icon } from "../icons.ts";
import { t, tn } from "../words.ts";

const SHORT_MS = 3000;
/** A line that is down for less is nobody's business. */
const PATIENCE_MS = 1500;

type Line = { readonly look: string; readonly sign: IconName; readonly text: string; readonly action?: Child };

/** Keep the banner true to the shell's status, until the page is closed. */
export function watchStatus(ronde: Ronde, actions: { readonly signIn: () => void }): () => void {
  let wasOffline = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const draw = (): void => {
    clearTimeout(timer);
    const line = lineOf(ronde, actions);
    if (isOffline(ronde)) {
      timer = setTimeout(() => {
        wasOffline = true;
        show(line);
      }, wasOffline ? 0 : PATIENCE_MS);
      return;
    }
    if (wasOffline) timer = setTimeout(() => show(line), SHORT_MS);
    show(wasOffline ? restored() : line);
    wasOffline = false;
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

function isUnattested(standing: Standing): boolean {
  return standing.kind === "ready" && !standing.registered;
}

function lineOf(ronde: Ronde, actions: { readonly signIn: () => void }): Line | null {
  const { standing, status } = ronde;
  if (!status.signedIn) return sessionOver(status, actions.signIn);
  if (isOffline(ronde)) return { look: "warm", sign: "offline", text: offline(status.waiting) };
  if (status.confused) return confused();
  if (status.parked > 0) return parked(status.parked);
  if (isUnattested(standing)) return unattested();
  if (status.update) return newVersion(ronde);
  if (standing.kind !== "ready" || standing.backedUp) return null;
  return standing.codeReplaced ? withOldCode() : withoutCode();
}

function confused(): Line {
  const text = t("Le serveur a envoyé une réponse que nous n'avons pas comprise. Rien n'est perdu : nous lui redemandons.");
  return { look: "warm", sign: "warning", text };
}

function unattested(): Line {
  const action = h("a", { class: "button button-small", href: "/account/identity" }, t("Voir comment"));
  return { look: "warm", sign: "shield", text: t("Il reste à faire vérifier votre identité."), action };
}

function withoutCode(): Line {
  const action = h("a", { class: "button button-small", href: "/account/access" }, t("En créer un"));
  return { look: "info", sign: "info", text: t("Vous n'avez pas de code de récupération."), action };
}

function withOldCode(): Line {
  const action = h("a", { class: "button button-small", href: "/account/access" }, t("Le saisir"));
  return { look: "warm", sign: "info", text: t("Un nouveau code de récupération a été créé sur un autre appareil."), action };
}

function offline(waiting: number): string {
  if (waiting === 0) return t("Hors ligne – vous pouvez continuer à lire et à écrire.");
  return tn("Hors ligne – {n} message en attente", "Hors ligne – {n} messages en attente", waiting);
}

function restored(): Line {
  return { look: "good", sign: "online", text: t("Connexion rétablie") };
}

function parked(count: number): Line {
  const text = tn(
    "{n} message n'a pas pu partir. Ouvrez sa discussion pour le renvoyer ou l'effacer.",
    "{n} messages n'ont pas pu partir. Ouvrez leur discussion pour les renvoyer ou les effacer.",
    count,
  );
  return { look: "danger", sign: "warning", text };
}

function sessionOver(status: Status, signIn: () => void): Line {
  const action = h("button", { class: "button button-small", type: "button", onclick: signIn }, t("Se reconnecter"));
  const waiting = status.waiting > 0 ? ` ${offlineCount(status.waiting)}` : "";
  return { look: "warm", sign: "lock", text: t("Votre session est terminée.") + waiting, action };
}

function offlineCount(waiting: number): string {
  return tn("{n} message attend d'être envoyé.", "{n} messages attendent d'être envoyés.", waiting);
}

function newVersion(ronde: Ronde): Line {
  const reload = (): void => void ronde.update();
  const action = h("button", { class: "button button-small", type: "button", onclick: reload }, t("Recharger"));
  return { look: "info", sign: "refresh", text: t("Une nouvelle version est prête."), action };
}

function show(line: Line | null): void {
  const place = found(document, ".status");
  if (line === null) return void fill(place);
  const banner = h("div", { class: `banner banner-${line.look}` }, icon(line.sign), h("p", null, line.text), line.action);
  if (place.textContent !== banner.textContent) fill(place, banner);
}
