/** What is asked before all sending stops, and before it goes on. */

import type { Ronde } from "../../shell/ronde.ts";
import { confirm, openDialog } from "../dialog.ts";
import { h } from "../dom.ts";
import { said } from "../faults.ts";
import { field, form } from "../form.ts";
import { toast } from "../toast.ts";
import { t, tn } from "../words.ts";
import { SENDING } from "./pause.ts";
import type { Sending } from "./served.ts";

const LONGEST = 200;

/** Ask why, and stop everything. */
export function openPausing(ronde: Ronde, done: (sending: Sending) => void): void {
  const reason = field({ label: t("Pourquoi ?"), name: "reason", hint: t("Toute la coordination et le secrétariat le liront."), input: { maxlength: LONGEST, autocomplete: "off" } });
  const dialog = openDialog({
    title: t("Suspendre tous les envois"),
    body: form({
      fields: [reason],
      body: [h("p", null, t("Plus aucun SMS ni courriel ne partira, pour aucune famille, jusqu'à la reprise. Ce qui perd son utilité entre-temps ne partira plus : il faudra appeler.")), reason.element],
      action: t("Suspendre les envois"),
      verify: () => (reason.input.value.trim() === "" ? [{ field: reason, sentence: t("Dites pourquoi : qui reprendra doit le savoir.") }] : []),
      send: async () => {
        const sending = await ronde.api.ask<Sending>("PUT", SENDING, { paused: true, reason: reason.input.value.trim() });
        dialog.close();
        toast(t("Les envois sont suspendus."));
        done(sending);
      },
    }),
  });
}

/** Say what waits and what ran out, and go on if the person wants that. */
export async function askResuming(ronde: Ronde, held: unknown, done: (sending: Sending) => void): Promise<void> {
  const { waiting, late } = heldBack(held);
  const go = await confirm({
    title: t("Reprendre les envois ?"),
    text: [
      h("p", null, waiting === 0 ? t("Aucun message n'attend.") : tn("{n} message attend et partira aussitôt, aux heures convenables.", "{n} messages attendent et partiront aussitôt, aux heures convenables.", waiting)),
      late > 0 && h("p", { class: "strong" }, tn("Pour {n} message il est trop tard : il ne partira plus. Vous le trouverez sous « À voir ».", "Pour {n} messages il est trop tard : ils ne partiront plus. Vous les trouverez sous « À voir ».", late)),
    ],
    action: t("Reprendre"),
  });
  if (!go) return;
  try {
    done(await ronde.api.ask<Sending>("PUT", SENDING, { paused: false, confirmed: true }));
    toast(t("Les envois reprennent."));
  } catch (error) {
    toast(said(error));
  }
}

function heldBack(held: unknown): { readonly waiting: number; readonly late: number } {
  const told = typeof held === "object" && held !== null ? (held as Readonly<Record<string, unknown>>) : {};
  return { waiting: Number(told["waiting"] ?? 0), late: Number(told["ran_out"] ?? 0) };
}
