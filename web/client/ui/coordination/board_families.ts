/** Several families asked again to have a visit booked: written down once, for each of them. */

import type { Ronde } from "../../shell/ronde.ts";
import { childName } from "../circle/naming.ts";
import { openDialog } from "../dialog.ts";
import { h } from "../dom.ts";
import { form } from "../form.ts";
import { t, tn } from "../words.ts";
import { type BulkAnswer, toldOf } from "./board_outcome.ts";
import type { Row } from "./board_table.ts";
import { AttemptFields } from "./duty_fields.ts";

type Given = { readonly ronde: Ronde; readonly rows: readonly Row[]; readonly done: (children: readonly string[]) => void };

/** Ask how they were reminded, and write it down for each family. */
export function openFamilies({ ronde, rows, done }: Given): void {
  const names = new Map<string, string>(rows.map(({ line }) => [line.child.id, childName(line.child)] as const));
  const attempt = new AttemptFields();
  const send = async (): Promise<void> => {
    const answer = await ronde.api.ask<BulkAnswer>("POST", "/coordination/board/reminders", { ...attempt.value(), children: [...names.keys()] });
    const told = toldOf(answer, (id) => names.get(id) ?? "");
    dialog.close();
    told.show(tn("Noté pour {n} famille.", "Noté pour {n} familles.", told.done.length));
    done(told.done);
  };
  const dialog = openDialog({
    title: tn("Relance de {n} famille", "Relance de {n} familles", names.size),
    body: form({
      fields: attempt.fields,
      body: [
        h("p", { class: "soft" }, t("Notez une fois comment ces familles ont été relancées : chaque dossier le gardera.")),
        h("ul", { class: "prose small" }, [...names.values()].map((name) => h("li", null, name))),
        attempt.element,
      ],
      action: t("Noter"),
      verify: () => attempt.faults(),
      send,
      blame: (error) => attempt.blame(error),
    }),
  });
}
