/** A page that could not be drawn says so, and what to do. */

import { type Status, Unreachable } from "../../shell/ronde.ts";
import { h } from "../dom.ts";
import { said } from "../faults.ts";
import { icon } from "../icons.ts";
import type { Page, PageContext } from "../router.ts";
import { t } from "../words.ts";

/** Draw what stands in a page's place. */
export function faultPage(context: PageContext, error: unknown): Page {
  const { again } = context;
  tryOnReturn(context);
  const offline = error instanceof Unreachable;
  const title = offline ? t("Vous êtes hors ligne") : t("Cette page n'a pas pu s'ouvrir");
  const text = offline
    ? t("Cette page n'a pas encore été ouverte sur cet appareil. Elle s'affichera dès que la connexion revient.")
    : said(error);
  const element = h(
    "div",
    { class: "page" },
    h(
      "div",
      { class: "empty" },
      icon(offline ? "offline" : "warning"),
      h("h1", { class: "empty-title" }, title),
      h("p", null, text),
      h(
        "div",
        { class: "button-row" },
        h("button", { class: "button button-primary", type: "button", onclick: again }, t("Réessayer")),
        h("a", { class: "button", href: "/" }, t("Ma journée")),
      ),
    ),
  );
  return { title, element };
}

/** Draw the page by itself once the network is back, or whoever was signed out has signed in. */
function tryOnReturn({ ronde, signal, again }: PageContext): void {
  let could = isWithin(ronde.status);
  const deaf = ronde.on("status", (status) => {
    const can = isWithin(status);
    if (can && !could) again();
    could = can;
  });
  signal.addEventListener("abort", deaf);
  // A short cut ends before anybody noticed that the live connection stood no more.
  addEventListener("online", again, { signal });
}

function isWithin({ online, signedIn }: Status): boolean {
  return online && signedIn;
}
