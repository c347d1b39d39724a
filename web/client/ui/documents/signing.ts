/** Correcting what is signed, and saying that it was entered in error. */

import { type Child, freshId, h } from "../dom.ts";
import { openDialog } from "../dialog.ts";
import { said } from "../faults.ts";
import { busy } from "../busy.ts";
import type { PageContext } from "../router.ts";
import { toast } from "../toast.ts";
import { t } from "../words.ts";
import type { Editor } from "./editor.ts";
import type { DocumentView } from "./served.ts";

const MAX_REASON = 500;

export type AmendmentOptions = {
  readonly context: PageContext;
  readonly document: DocumentView;
  readonly editor: Editor;
  readonly refused: (error: unknown) => Promise<void>;
};

/** Draw a correction: the answers, why there is one, and its signature. */
export function amendmentPart({ context, document, editor, refused }: AmendmentOptions): Child {
  const id = freshId("reason");
  const reason = h("textarea", { class: "textarea", id, rows: 2, maxlength: MAX_REASON, required: true });
  const send = h("button", { class: "button button-primary", type: "button" }, t("Signer la correction"));
  const work = async (): Promise<void> => {
    if (!editor.isSettled || !editor.isWhole()) return;
    if (reason.value.trim() === "") {
      reason.setAttribute("aria-invalid", "true");
      reason.focus();
      toast(t("Dites pourquoi vous corrigez : vos collègues le liront."));
      return;
    }
    try {
      const body = { answers: editor.answers, reason: reason.value.trim() };
      await context.ronde.api.ask("POST", `/documents/${document.id}/amendments`, body, { version: editor.edition });
      await editor.forget();
      toast(t("Correction signée : l'ancienne version reste lisible."));
      context.again();
    } catch (error) {
      await refused(error);
    }
  };
  send.addEventListener("click", () => void busy(send, work()));
  const cancel = async (): Promise<void> => {
    await editor.forget();
    context.again();
  };
  return [
    editor.element,
    h("div", { class: "field" }, h("label", { class: "field-label", for: id }, t("Motif de la correction")), reason),
    h("div", { class: "button-row" }, h("button", { class: "button", type: "button", onclick: cancel }, t("Abandonner la correction")), send),
  ];
}

/** Ask why a document was entered in error, and mark it so. */
export function openStrike(context: PageContext, document: DocumentView): void {
  const id = freshId("reason");
  const reason = h("textarea", { class: "textarea", id, rows: 2, maxlength: MAX_REASON });
  const send = h("button", { class: "button button-primary button-danger", type: "button" }, t("Marquer comme erreur"));
  const work = async (): Promise<void> => {
    try {
      const body = { reason: reason.value.trim() };
      await context.ronde.api.ask("POST", `/documents/${document.id}/strike`, body, { version: document.edition });
      dialog.close();
      context.again();
    } catch (error) {
      toast(said(error));
    }
  };
  send.addEventListener("click", () => {
    if (reason.value.trim() === "") reason.focus();
    else void busy(send, work());
  });
  const dialog = openDialog({
    title: t("Document saisi par erreur"),
    body: [
      h("p", null, t("Il reste lisible, marqué comme erreur, et ne compte plus. Dites pourquoi.")),
      h("div", { class: "field" }, h("label", { class: "field-label", for: id }, t("Motif")), reason),
    ],
    footer: send,
  });
}
