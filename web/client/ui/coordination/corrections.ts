/** Correcting who a child is, and who follows them. */

import { Refused, type Ronde } from "../../shell/ronde.ts";
import { openDialog } from "../dialog.ts";
import { h } from "../dom.ts";
import { form } from "../form.ts";
import { toast } from "../toast.ts";
import { t } from "../words.ts";
import { IdentityFields } from "./child_fields.ts";
import { choice } from "./fields.ts";
import { colleagueLine } from "./people.ts";
import type { ChildRecord, Colleague } from "./served.ts";

/** Correct names, birth and sex. */
export function openIdentity(ronde: Ronde, child: ChildRecord, changed: () => void): void {
  const fields = new IdentityFields(child.identity);
  const send = async (): Promise<void> => {
    await ronde.api.ask("PATCH", `/children/${child.id}`, { identity: fields.value() });
    dialog.close();
    toast(t("C'est enregistré."));
    changed();
  };
  const dialog = openDialog({
    title: t("Corriger l'identité"),
    body: form({
      fields: fields.fields,
      body: fields.element,
      action: t("Enregistrer"),
      verify: () => fields.faults(),
      send,
      blame: (error) => (error instanceof Refused && /born|day/u.test(error.code) ? fields.birth : null),
    }),
  });
}

/** Choose the referring physician; one without a convention in force is said to be so. */
export function openPhysician(ronde: Ronde, child: ChildRecord, doctors: readonly Colleague[], changed: () => void): void {
  const who = choice({
    label: t("Médecin référent"),
    name: "physician",
    value: child.referring_physician ?? "",
    options: [
      { value: "", label: t("Choisissez") },
      ...doctors.map((each) => ({
        value: each.id,
        label: each.convention === "active" ? colleagueLine(each) : t("{name} (sans convention en vigueur)", { name: colleagueLine(each) }),
      })),
    ],
  });
  const send = async (): Promise<void> => {
    await ronde.api.ask("PATCH", `/children/${child.id}`, { referring_physician: who.input.value });
    dialog.close();
    toast(t("C'est enregistré."));
    changed();
  };
  const dialog = openDialog({
    title: t("Médecin référent"),
    body: form({
      fields: [who],
      body: [
        who.element,
        h("p", { class: "small soft" }, t("Il n'est pas dans la liste ?"), " ", h("a", { href: "/coordination/professionals/new", onclick: () => dialog.close() }, t("Inscrivez-le d'abord."))),
      ],
      action: t("Enregistrer"),
      verify: () => (who.input.value === "" ? [{ field: who, sentence: t("Choisissez quelqu'un.") }] : []),
      send,
    }),
  });
}
