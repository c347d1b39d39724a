/** What the banner seldom says: loaded when there is something of it to say. */

import type { Ronde, Standing } from "../../shell/ronde.ts";
import { h } from "../dom.ts";
import "../more_icons.ts";
import { t, tn } from "../words.ts";
import type { Line } from "./status_banner.ts";

/** The most pressing of what somebody should look into, or null. */
export function seldomLine(ronde: Ronde): Line | null {
  const { standing, status } = ronde;
  if (status.confused) return confused();
  if (status.parked > 0) return parked(status.parked);
  if (isUnattested(standing)) return unattested();
  if (status.update) return newVersion(ronde);
  if (standing.kind !== "ready" || standing.backedUp) return null;
  return standing.codeReplaced ? withOldCode() : withoutCode();
}

function isUnattested(standing: Standing): boolean {
  return standing.kind === "ready" && !standing.registered;
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

function parked(count: number): Line {
  const text = tn(
    "{n} message n'a pas pu partir. Ouvrez sa discussion pour le renvoyer ou l'effacer.",
    "{n} messages n'ont pas pu partir. Ouvrez leur discussion pour les renvoyer ou les effacer.",
    count,
  );
  return { look: "danger", sign: "warning", text };
}

function newVersion(ronde: Ronde): Line {
  const reload = (): void => void ronde.update();
  const action = h("button", { class: "button button-small", type: "button", onclick: reload }, t("Recharger"));
  return { look: "info", sign: "refresh", text: t("Une nouvelle version est prête."), action };
}
