/** Why a duty is none: said in a sentence, which stays with it. */

import { openDialog } from "../dialog.ts";
import { freshId, h } from "../dom.ts";
import { form } from "../form.ts";
import { t, tn } from "../words.ts";

const LONGEST = 1000;

/** Ask for the reason; without one nothing is dismissed. */
export function openDismissal(count: number, dismiss: (note: string) => void): void {
  const note = h("textarea", { class: "textarea", id: freshId("why"), maxlength: LONGEST, rows: 3 });
  const asked = { input: note, label: t("Raison"), fault: (sentence: string | null) => note.setAttribute("aria-invalid", String(sentence !== null)) };
  const dialog = openDialog({
    title: count === 1 ? t("Écarter cette démarche") : tn("Écarter {n} démarche", "Écarter {n} démarches", count),
    body: form({
      fields: [asked],
      body: [
        h("p", { class: "soft" }, t("Elle ne reviendra pas pour la même raison. Dites pourquoi : qui reprendra le dossier le lira.")),
        h("div", { class: "field" }, h("label", { class: "field-label", for: note.id }, t("Raison")), note),
      ],
      action: t("Écarter"),
      verify: () => (note.value.trim() === "" ? [{ field: asked, sentence: t("Dites pourquoi.") }, { field: null, sentence: t("Quelques mots suffisent.") }] : []),
      send: async () => {
        await Promise.resolve();
        dialog.close();
        dismiss(note.value.trim());
      },
    }),
  });
}
