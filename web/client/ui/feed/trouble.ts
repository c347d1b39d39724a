/** Plain words for what cannot happen among honest parties, and a way to tell somebody. */

import type { Trouble } from "../../shell/ronde.ts";
import { said as wrong } from "../faults.ts";
import { openDialog } from "../dialog.ts";
import { type Child, h } from "../dom.ts";
import { icon } from "../icons.ts";
import { toast } from "../toast.ts";
import { t } from "../words.ts";

/** Explain an entry that is not shown because it could not be checked. */
export function openTrouble(seq: number | null): void {
  const report = t("Ronde : l'élément n° {seq} d'une discussion n'a pas pu être vérifié le {when}.", {
    seq: String(seq ?? 0),
    when: new Date().toISOString(),
  });
  openDialog({
    title: t("Un élément non vérifié"),
    body: h(
      "div",
      { class: "prose" },
      h("p", null, t("Son auteur ou son contenu ne correspondent pas à ce qui a été signé. Il a pu être abîmé en route, ou quelqu'un a essayé d'écrire à la place d'un autre.")),
      h("p", null, t("Demandez à la personne de le renvoyer, et prévenez la coordination.")),
    ),
    footer: reportButton(report),
  });
}

/** What one may do about a trouble. */
type WayOut = {
  readonly reconcile: () => Promise<void>;
  readonly dismiss: (warning: string) => Promise<void>;
};

/** A banner above a discussion in which something does not agree. */
export function troubleBanner(trouble: Trouble, way: WayOut): HTMLElement {
  return h(
    "div",
    { class: trouble.kind === "parted" ? "banner banner-warm" : "banner banner-danger", role: "alert" },
    icon("warning"),
    h("p", null, said(trouble)),
    h("div", { class: "banner-actions" }, wayOut(trouble, way), reportButton(reported(trouble))),
  );
}

function said(trouble: Trouble): string {
  switch (trouble.kind) {
    case "ghost":
      return t("Un appareil que personne n'a admis se trouve dans cette discussion. Rien ne part tant que la coordination ne l'a pas retiré.");
    case "forked":
      return t("Un appareil ne voit pas la même discussion que le vôtre. Vos messages attendent ici et partiront d'eux-mêmes dès que tout concorde. Si cela dure, prévenez la coordination.");
    case "parted":
      return t("Des appareils n'ont pas vu la même discussion. Vos messages partent ; si un collègue dit ne pas les recevoir, prévenez la coordination.");
    case "chain":
      return t("La liste des membres ne peut pas être vérifiée. Rien ne part tant qu'elle ne l'est pas : prévenez la coordination.");
    case "removed":
      return t("Vous n'êtes plus dans cette discussion : vous pouvez la relire, plus y écrire.");
  }
}

function wayOut(trouble: Trouble, { reconcile, dismiss }: WayOut): Child {
  const { kind, warning } = trouble;
  if (kind === "forked") return actButton(t("Remettre à jour"), reconcile);
  if (kind !== "parted" || warning === null) return null;
  return actButton(t("J'ai compris"), async () => await dismiss(warning.id));
}

function actButton(label: string, act: () => Promise<void>): HTMLElement {
  const button = h("button", { class: "button", type: "button" }, label);
  button.addEventListener("click", () => {
    button.disabled = true;
    void act()
      .catch((error: unknown) => toast(wrong(error)))
      .finally(() => (button.disabled = false));
  });
  return button;
}

/** Codes only: a report names nobody and quotes nothing. */
function reported(trouble: Trouble): string {
  const warning = trouble.warning;
  return t("Ronde : discussion arrêtée ({kind}, {detail}, n° {seq}) le {when}.", {
    kind: trouble.kind,
    detail: warning === null ? "-" : `${warning.kind} ${warning.detail}`,
    seq: String(warning?.seq ?? 0),
    when: new Date().toISOString(),
  });
}

function reportButton(report: string): Child {
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(report);
    toast(t("Signalement copié : collez-le dans un courriel à la coordination."));
  };
  return h("button", { class: "button", type: "button", onclick: copy }, icon("copy", "small"), t("Copier un signalement"));
}
