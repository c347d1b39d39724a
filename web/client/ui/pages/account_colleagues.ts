/** Colleagues and the numbers to compare: that nobody stands between two people. */

import type { ProfessionalId } from "../../core/ids.ts";
import type { Ronde, Warning } from "../../shell/ronde.ts";
import { openDialog } from "../dialog.ts";
import { type Child, fill, h } from "../dom.ts";
import { said } from "../faults.ts";
import { lookFor } from "../fuzzy.ts";
import { icon } from "../icons.ts";
import { avatar, fullName } from "../parts/avatar.ts";
import { qrCode } from "../parts/qr.ts";
import { subpage } from "../parts/subpage.ts";
import { markVerified, verifiedColleagues } from "../parts/verified.ts";
import type { Page, PageContext } from "../router.ts";
import { toast } from "../toast.ts";
import { t } from "../words.ts";

type Colleague = { readonly id: ProfessionalId; readonly given_name: string; readonly family_name: string };
const FEW = 8;

/** Draw the page. */
export async function colleaguesPage({ ronde }: PageContext): Promise<Page> {
  const list = h("ul", { class: "card card-flush list" });
  const search = h("input", { class: "input", type: "search", placeholder: t("Chercher un nom"), "aria-label": t("Chercher un nom") });
  const colleagues = await known(ronde);
  const draw = async (): Promise<void> => {
    const verified = await verifiedColleagues(ronde);
    const shown = colleagues.filter((each) => lookFor(search.value, fullName(each)) !== null);
    fill(list, shown.map((each) => row(ronde, each, verified.has(each.id), draw)));
  };
  search.addEventListener("input", () => void draw());
  await draw();
  const element = subpage(
    { href: "/account", name: t("Compte") },
    t("Identité des collègues"),
    t("Lisez-vous le numéro de vive voix ou scannez le carré : s'il est le même des deux côtés, personne ne s'est glissé entre vous."),
    changed(ronde, colleagues),
    colleagues.length > FEW && search,
    colleagues.length === 0 ? nobody() : list,
  );
  return { title: t("Identité des collègues"), element };
}

/** Those whose key this device has seen: only with them is there something to compare. */
async function known(ronde: Ronde): Promise<Colleague[]> {
  const { value } = await ronde.api.read<{ items: Colleague[] }>("/professionals?limit=100");
  return value.items
    .filter((each) => each.id !== ronde.me?.professional && ronde.knowsKey(each.id))
    .sort((a, b) => a.family_name.localeCompare(b.family_name));
}

function nobody(): HTMLElement {
  return h(
    "div",
    { class: "empty" },
    icon("people"),
    h("p", { class: "empty-title" }, t("Personne à vérifier pour l'instant")),
    h("p", null, t("Les collègues de vos cercles apparaîtront ici.")),
  );
}

function row(ronde: Ronde, colleague: Colleague, verified: boolean, again: () => Promise<void>): HTMLElement {
  const open = (): void => void compare(ronde, colleague, verified, again);
  return h(
    "li",
    null,
    h(
      "button",
      { class: "list-row list-link list-button", type: "button", onclick: open },
      avatar(colleague, { id: colleague.id }),
      h("span", { class: "list-main list-title" }, fullName(colleague)),
      h(
        "span",
        { class: "list-end" },
        verified ? h("span", { class: "badge badge-good" }, icon("check"), t("Vérifié")) : h("span", { class: "badge" }, t("À comparer")),
      ),
    ),
  );
}

async function compare(ronde: Ronde, colleague: Colleague, verified: boolean, again: () => Promise<void>): Promise<void> {
  const number = await ronde.safetyNumber(colleague.id);
  if (number === null) return;
  const mark = async (): Promise<void> => {
    await markVerified(ronde, colleague.id, !verified);
    dialog.close();
    toast(verified ? t("La vérification est retirée.") : t("Identité vérifiée."));
    await again();
  };
  const button = h("button", { class: verified ? "button button-danger" : "button button-primary", type: "button", onclick: () => void mark() });
  fill(button, verified ? t("Retirer la vérification") : t("Les numéros sont identiques"));
  const dialog = showNumber(colleague, number, button);
}

/** Show a number and what one may do once both have read it. */
function showNumber(colleague: Colleague, number: string, button: HTMLElement): ReturnType<typeof openDialog> {
  return openDialog({
    title: fullName(colleague),
    body: [
      h("p", { class: "soft" }, t("Ouvrez cette page chacun de votre côté. Ces douze groupes doivent être les mêmes.")),
      h("div", { class: "safety-number code", role: "group", "aria-label": t("Numéro de sûreté") }, number.split(" ").map((each) => h("span", null, each))),
      qrCode(number.replaceAll(" ", ""), t("Le même numéro, à scanner")),
      h("p", { class: "small muted" }, t("S'ils diffèrent, n'échangez rien de sensible et prévenez la coordination.")),
    ],
    footer: button,
  });
}

/** A key that changed is shown until somebody has compared, or has looked away on purpose. */
function changed(ronde: Ronde, colleagues: readonly Colleague[]): Child {
  const warnings = ronde.status.warnings.filter((each) => each.kind === "identity_changed");
  return warnings.map((warning) => {
    const who = colleagues.find((each) => each.id === warning.professional);
    if (who === undefined) return null;
    return changedBanner(ronde, warning, who);
  });
}

function changedBanner(ronde: Ronde, warning: Warning, who: Colleague): HTMLElement {
  const accepted = async (key: string | null): Promise<void> => {
    if (key !== null) await ronde.acceptIdentity(who.id, key);
    await ronde.dismissWarning(warning.id);
    banner.remove();
    toast(t("La nouvelle identité de {name} est acceptée.", { name: fullName(who) }));
  };
  // What is compared is what is accepted: the key that a coordinator signed, not one asked for now.
  const begin = async (): Promise<void> => {
    const key = ronde.changedKey(who.id);
    const number = await ronde.safetyNumber(who.id, key ?? undefined);
    if (number === null) return;
    const same = h("button", { class: "button button-primary", type: "button" }, t("Les numéros sont identiques"));
    const dialog = showNumber(who, number, same);
    same.addEventListener("click", () => {
      dialog.close();
      void accepted(key).catch((error: unknown) => toast(said(error)));
    });
  };
  const button = h("button", { class: "button button-small", type: "button" }, t("Comparer"));
  button.addEventListener("click", () => void begin().catch((error: unknown) => toast(said(error))));
  const banner = h(
    "div",
    { class: "banner banner-warm" },
    icon("warning"),
    h("p", null, t("L'identité de {name} a changé : nouvel appareil après une perte, ou quelqu'un d'autre. Comparez avant d'accepter.", { name: fullName(who) })),
    h("div", { class: "banner-actions" }, button),
  );
  return banner;
}
