/** One referring physician for several children; each child's answer is told. */

import type { ProfessionalId } from "../../core/ids.ts";
import type { Ronde } from "../../shell/ronde.ts";
import { childName } from "../circle/naming.ts";
import { openDialog } from "../dialog.ts";
import { h } from "../dom.ts";
import { said } from "../faults.ts";
import { form } from "../form.ts";
import { toast } from "../toast.ts";
import { t, tn } from "../words.ts";
import { type BulkAnswer, toldOf } from "./board_outcome.ts";
import type { Row } from "./board_table.ts";
import { choice } from "./fields.ts";
import { colleagueLine, colleaguesOf, physicians } from "./people.ts";
import type { Colleague } from "./served.ts";

type Given = { readonly ronde: Ronde; readonly rows: readonly Row[]; readonly done: (children: readonly string[]) => void };

/** Ask for the physician, and write it down for each child. */
export function openPhysicians({ ronde, rows, done }: Given): void {
  const leaving = new AbortController();
  const who = choice({ label: t("Médecin référent"), name: "physician", options: [{ value: "", label: t("La liste arrive…") }] });
  const learn = async (): Promise<void> => {
    const people = physicians(await colleaguesOf(ronde, leaving.signal));
    who.input.replaceChildren(h("option", { value: "" }, t("Choisissez")), ...people.map((each) => h("option", { value: each.id }, lineOf(each))));
  };
  const send = async (): Promise<void> => {
    const physician = who.input.value as ProfessionalId;
    const children = rows.map(({ line }) => line.child.id);
    const answer = await ronde.api.ask<BulkAnswer>("POST", "/coordination/board/physicians", { physician, children });
    const names = new Map<string, string>(rows.map(({ line }) => [line.child.id, childName(line.child)] as const));
    const told = toldOf(answer, (id) => names.get(id) ?? "");
    dialog.close();
    const undo = async (): Promise<void> => {
      try {
        const back = await ronde.api.ask<BulkAnswer>("POST", "/coordination/board/physicians/withdrawals", { physician, children: told.done });
        done(back.lines.map(({ id }) => id));
      } catch (error) {
        toast(said(error), { seconds: 12 });
      }
    };
    told.show(tn("{n} enfant a son médecin référent.", "{n} enfants ont leur médecin référent.", told.done.length), undo);
    done(told.done);
  };
  const dialog = openDialog({
    title: rows.length === 1 ? t("Médecin référent") : tn("Médecin référent de {n} enfant", "Médecin référent de {n} enfants", rows.length),
    body: form({
      fields: [who],
      body: [
        h("ul", { class: "prose small" }, rows.map(({ line }) => h("li", null, childName(line.child)))),
        who.element,
        h("p", { class: "small soft" }, t("Il n'est pas dans la liste ?"), " ", h("a", { href: "/coordination/professionals/new", onclick: () => dialog.close() }, t("Inscrivez-le d'abord."))),
      ],
      action: t("Enregistrer"),
      verify: () => (who.input.value === "" ? [{ field: who, sentence: t("Choisissez quelqu'un.") }] : []),
      send,
    }),
    closed: () => leaving.abort(),
  });
  learn().catch(() => who.fault(t("La liste n'est pas arrivée. Fermez, puis réessayez.")));
}

/** One without a convention in force is said to be so. */
function lineOf(colleague: Colleague): string {
  return colleague.convention === "active" ? colleagueLine(colleague) : t("{name} (sans convention en vigueur)", { name: colleagueLine(colleague) });
}
