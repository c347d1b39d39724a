/** How to put Ronde on the home screen: the browser's own question, or a word for iPhones. */

import { h } from "../dom.ts";
import { icon } from "../icons.ts";
import { t } from "../words.ts";
import { offered } from "./install_hint.ts";

/** A card that offers to install, where that is possible and not done. */
export function installHint(): HTMLElement | null {
  if (matchMedia("(display-mode: standalone)").matches) return null;
  const apple = /iphone|ipad/iu.test(navigator.userAgent);
  const waiting = offered();
  if (waiting === null && !apple) return null;
  const install = (): void => void waiting?.prompt();
  return h(
    "section",
    { class: "card" },
    h("div", { class: "card-header" }, icon("download"), h("h2", { class: "card-title" }, t("Installer Ronde"))),
    h("p", { class: "card-note" }, apple ? t("Dans Safari, touchez Partager, puis « Sur l'écran d'accueil ».") : t("Elle s'ouvre alors comme une application, même sans réseau.")),
    waiting !== null && h("div", { class: "card-footer" }, h("button", { class: "button", type: "button", onclick: install }, t("Installer"))),
  );
}
