/** What a message's menu opens: who has read it, and whether it is to go. */

import type { ProfessionalId } from "../../core/ids.ts";
import type { Conversation } from "../../shell/ronde.ts";
import { confirm, openDialog } from "../dialog.ts";
import { h } from "../dom.ts";
import { t } from "../words.ts";
import type { MessageItem } from "./fold.ts";
import type { People } from "./people.ts";
import { receiptOf } from "./receipts.ts";

export type ReceiptsOptions = {
  readonly conversation: Conversation;
  readonly people: People;
  readonly me: ProfessionalId;
};

/** Show who has received and who has read a message of one's own. */
export function openReceipts(item: MessageItem, { conversation, people, me }: ReceiptsOptions): void {
  const receipt = receiptOf(item, conversation, me);
  const part = (title: string, ids: readonly ProfessionalId[]): HTMLElement | false =>
    ids.length > 0 && h("section", { class: "section" }, h("h3", { class: "section-title" }, title), h("p", null, people.names(ids)));
  const nobody = receipt.read.length + receipt.received.length === 0;
  openDialog({
    title: t("Qui l'a lu"),
    body: [
      part(t("Lu par"), receipt.read),
      part(t("Reçu par"), receipt.received),
      nobody && h("p", null, t("Personne ne l'a encore reçu.")),
    ],
  });
}

/** Ask before a message is taken back; true to go on. */
export async function isSureToRemove(): Promise<boolean> {
  return await confirm({
    title: t("Supprimer ce message ?"),
    text: t("Il disparaît chez tous ; la mention « Message supprimé » reste à sa place."),
    action: t("Supprimer"),
    danger: true,
  });
}
