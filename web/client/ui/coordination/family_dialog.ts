/** Asking who somebody of a child's family is, and how to reach them. */

import { newId } from "../../core/ids.ts";
import { Refused, type Ronde } from "../../shell/ronde.ts";
import { openDialog } from "../dialog.ts";
import { h } from "../dom.ts";
import { form } from "../form.ts";
import { toast } from "../toast.ts";
import { t } from "../words.ts";
import { nameOf } from "./consent.ts";
import { ContactFields } from "./contact_fields.ts";
import { mediaSaid } from "./family_said.ts";
import { languagesOf } from "./languages.ts";
import type { ChildRecord, FamilyContact } from "./served.ts";

/** Ask for somebody new, or correct who is there and note what they said. */
export async function openContact(ronde: Ronde, child: ChildRecord, held: FamilyContact | null, changed: () => void): Promise<void> {
  const fields = new ContactFields(await languagesOf(ronde), held, t("Coordonnées"));
  const done = (): void => {
    dialog.close();
    changed();
  };
  const send = async (): Promise<void> => {
    await ronde.api.ask("PUT", `/children/${child.id}/contacts/${held?.id ?? newId()}`, fields.value());
    toast(t("C'est enregistré."));
    done();
  };
  const asked = form({
    fields: fields.fields,
    body: fields.element,
    action: t("Enregistrer"),
    verify: () => fields.faults(),
    send,
    blame: (error) => {
      if (!(error instanceof Refused)) return null;
      return error.code === "bad_email" ? fields.email : error.code === "bad_phone" ? fields.phone : null;
    },
  });
  const dialog = openDialog({
    title: held === null ? t("Ajouter quelqu'un") : nameOf(held),
    body: h("div", { class: "stack-loose" }, held !== null && mediaSaid({ ronde, child, contact: held, done }), asked),
  });
}
