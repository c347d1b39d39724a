/** One's own identity, as a coordinator compares it face to face. */

import type { Ronde } from "../../shell/ronde.ts";
import { type Child, fill, h } from "../dom.ts";
import { said } from "../faults.ts";
import { busy } from "../busy.ts";
import { icon } from "../icons.ts";
import { qrCode } from "../parts/qr.ts";
import { subpage } from "../parts/subpage.ts";
import type { Page, PageContext } from "../router.ts";
import { toast } from "../toast.ts";
import { t } from "../words.ts";

/** Draw the page: whether the identity is verified, and the number to read out. */
export function identityPage({ ronde, signal }: PageContext): Page {
  const place = h("div", { class: "stack-loose" });
  const draw = (): void => void fill(place, standing(ronde), number(ronde));
  const stop = ronde.on("standing", draw);
  signal.addEventListener("abort", stop);
  draw();
  const element = subpage(
    { href: "/account", name: t("Compte") },
    t("Mon identité"),
    t("La coordination compare ce numéro avec vous, de vive voix ou face à face, avant de vous ouvrir des cercles."),
    place,
  );
  return { title: t("Mon identité"), element };
}

function standing(ronde: Ronde): Child {
  if (ronde.standing.kind !== "ready" || ronde.standing.registered) return null;
  const button = h("button", { class: "button button-small", type: "button" }, t("C'est fait"));
  button.addEventListener("click", () => {
    busy(button, ronde.signedIn()).then(
      () => !isRegistered(ronde) && toast(t("La coordination ne l'a pas encore enregistré.")),
      (error: unknown) => toast(said(error)),
    );
  });
  return h(
    "div",
    { class: "banner banner-warm" },
    icon("shield"),
    h("p", null, t("Cet appareil attend. Appelez la coordination et lisez-lui ce numéro ; vos cercles s'ouvrent ensuite.")),
    h("div", { class: "banner-actions" }, button),
  );
}

function isRegistered(ronde: Ronde): boolean {
  return ronde.standing.kind === "ready" && ronde.standing.registered;
}

function number(ronde: Ronde): Child {
  const key = ronde.device.identityKey();
  if (key === null) return h("p", { class: "muted" }, t("Aucun numéro sur cet appareil."));
  const groups = key.match(/.{1,4}/gu) ?? [];
  return h(
    "section",
    { class: "card" },
    h(
      "div",
      { class: "safety-number code", role: "group", "aria-label": t("Votre numéro d'identité") },
      groups.map((each) => h("span", null, each)),
    ),
    qrCode(key, t("Le même numéro, à scanner")),
  );
}
