/** The ways in: passkeys, and the recovery code for the day when everything is lost. */

import { NotPossible, type Ronde } from "../../shell/ronde.ts";
import { ago, dateOf } from "../dates.ts";
import { confirm, openDialog } from "../dialog.ts";
import { type Child, fill, h } from "../dom.ts";
import { said } from "../faults.ts";
import { busy } from "../busy.ts";
import { form } from "../form.ts";
import { icon } from "../icons.ts";
import { fullName } from "../parts/avatar.ts";
import { addPasskey, hasPasskeys, wasDeclined } from "../parts/passkey.ts";
import { thisMachine } from "../parts/machine.ts";
import { isWhole, recoveryField, recoverySheet } from "../parts/recovery_sheet.ts";
import { subpage } from "../parts/subpage.ts";
import type { Page, PageContext } from "../router.ts";
import { toast } from "../toast.ts";
import { t } from "../words.ts";

type Passkey = {
  readonly id: string;
  readonly name?: string | null;
  readonly created_at: string;
  readonly used_at?: string | null;
};

/** Draw the page. */
export async function accessPage({ ronde }: PageContext): Promise<Page> {
  const list = h("div", { class: "stack" });
  const draw = async (): Promise<void> => {
    try {
      const read = await ronde.api.read<{ passkeys: Passkey[] }>("/passkeys");
      fill(list, passkeyList(ronde, read.value.passkeys, draw));
    } catch (error) {
      // The recovery code must be within reach all the same.
      fill(list, h("p", { class: "muted" }, said(error)));
    }
  };
  await draw();
  const replaced = h("div");
  if (isReplaced(ronde)) fill(replaced, newCodeForm(ronde, () => fill(replaced)));
  const element = subpage(
    { href: "/account", name: t("Compte") },
    t("Connexion et récupération"),
    "",
    h(
      "section",
      { class: "section" },
      h("h2", { class: "section-title" }, t("Empreinte ou visage")),
      h("p", { class: "section-note" }, t("Connectez-vous avec ce qui déverrouille déjà votre appareil, sans mot de passe ni code à recopier.")),
      list,
    ),
    h(
      "section",
      { class: "section" },
      h("h2", { class: "section-title" }, t("Code de récupération")),
      h("p", { class: "section-note" }, t("Le jour où tous vos appareils sont perdus, ce code rend vos discussions lisibles. Il n'est montré qu'une fois.")),
      replaced,
      h("div", null, renewButton(ronde)),
    ),
  );
  return { title: t("Connexion et récupération"), element };
}

function passkeyList(ronde: Ronde, held: readonly Passkey[], again: () => Promise<void>): Child {
  return [
    held.length > 0 && h("ul", { class: "card card-flush list" }, held.map((each) => passkeyRow(ronde, each, again))),
    hasPasskeys() ? h("div", null, addButton(ronde, again)) : h("p", { class: "muted small" }, t("Ce navigateur ne le permet pas.")),
  ];
}

function passkeyRow(ronde: Ronde, passkey: Passkey, again: () => Promise<void>): HTMLElement {
  const name = passkey.name != null && passkey.name !== "" ? passkey.name : t("Appareil sans nom");
  const remove = async (): Promise<void> => {
    const sure = await confirm({
      title: t("Retirer « {name} » ?", { name }),
      text: t("Vous ne pourrez plus vous connecter ainsi. Le mot de passe et le code restent."),
      action: t("Retirer"),
      danger: true,
    });
    if (!sure) return;
    await ronde.api.ask("DELETE", `/passkeys/${passkey.id}`).catch((error: unknown) => toast(said(error)));
    await again();
  };
  const note = passkey.used_at == null ? t("Ajouté le {date}", { date: dateOf(passkey.created_at) }) : t("Utilisé {when}", { when: ago(passkey.used_at) });
  return h(
    "li",
    { class: "list-row" },
    h("span", { class: "row-sign" }, icon("passkey")),
    h("div", { class: "list-main" }, h("p", { class: "list-title" }, name), h("p", { class: "list-note" }, note)),
    h("div", { class: "list-end" }, h("button", { class: "icon-button", type: "button", "aria-label": t("Retirer « {name} »", { name }), onclick: () => void remove() }, icon("trash"))),
  );
}

function addButton(ronde: Ronde, again: () => Promise<void>): HTMLElement {
  const button = h("button", { class: "button", type: "button" }, icon("plus", "small"), t("Ajouter cet appareil"));
  button.addEventListener("click", () => {
    busy(button, addPasskey(ronde, thisMachine())).then(
      async () => {
        toast(t("Vous pouvez désormais vous connecter avec cet appareil."));
        await again();
      },
      (error: unknown) => {
        if (!wasDeclined(error)) toast(said(error));
      },
    );
  });
  return button;
}

function isReplaced({ standing }: Ronde): boolean {
  return standing.kind === "ready" && standing.codeReplaced;
}

/** What this device learns is backed up under the new code once somebody has typed it here. */
function newCodeForm(ronde: Ronde, done: () => void): Child {
  const code = recoveryField();
  const taken = async (): Promise<void> => {
    await ronde.device.takeUpCode(code.input.value);
    done();
    toast(t("Cet appareil utilise désormais votre nouveau code."));
  };
  const made = form({
    fields: [code],
    body: code.element,
    action: t("Utiliser ce code"),
    verify: () =>
      isWhole(code.input.value) ? [] : [{ field: code, sentence: t("Le code a huit groupes de quatre signes.") }],
    send: taken,
    blame: (error) => (error instanceof NotPossible ? code : null),
  });
  return [h("p", { class: "section-note" }, t("Un nouveau code a été créé sur un autre appareil : saisissez-le pour que rien ne manque le jour venu.")), made];
}

function renewButton(ronde: Ronde): HTMLElement {
  const button = h("button", { class: "button", type: "button" }, icon("refresh", "small"), t("Créer un nouveau code"));
  const renew = async (): Promise<void> => {
    const sure = await confirm({
      title: t("Créer un nouveau code ?"),
      text: t("L'ancien n'ouvrira plus rien : jetez la feuille sur laquelle il est noté."),
      action: t("Créer"),
    });
    if (!sure) return;
    const code = await busy(button, ronde.device.renewCode());
    const owner = ronde.me === null ? "" : fullName(ronde.me);
    const done = (): void => {
      dialog.close();
      toast(t("Votre nouveau code est en place."));
    };
    const dialog = openDialog({ title: t("Votre code de récupération"), body: recoverySheet(code, owner, done), closable: false });
  };
  button.addEventListener("click", () => void renew().catch((error: unknown) => toast(said(error))));
  return button;
}
