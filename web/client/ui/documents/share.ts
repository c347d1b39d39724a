/** Point the circle to a document: a line in its discussion that leads here. */

import type { CircleId, DocumentId } from "../../core/ids.ts";
import type { Ronde } from "../../shell/ronde.ts";
import { h } from "../dom.ts";
import { busy } from "../busy.ts";
import { icon } from "../icons.ts";
import { toast } from "../toast.ts";
import { t } from "../words.ts";

export type Shared = { readonly id: DocumentId; readonly circle: CircleId; readonly label: string };

/** A button that shares a document in the discussion that everybody of the circle is in. */
export function shareButton(ronde: Ronde, document: Shared): HTMLElement {
  const words = t("Partager dans la discussion");
  const button = h("button", { class: "icon-button", type: "button", "aria-label": words, title: words }, icon("message"));
  button.addEventListener("click", () => void busy(button, share(ronde, document)));
  return button;
}

async function share(ronde: Ronde, { id, circle, label }: Shared): Promise<void> {
  try {
    const [channel] = (await ronde.circle(circle)).channels;
    if (channel === undefined) return void toast(t("Pas encore de discussion"));
    await (await ronde.conversation(channel)).post({ kind: "document", document: id, label });
    toast(t("Partagé dans la discussion."));
  } catch {
    toast(t("Cela n'a pas pu être gardé. Réessayez."));
  }
}
