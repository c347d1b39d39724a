/** What somebody does about a notice: send it again, which asks first, or say that they called. */

import { Refused, type Ronde } from "../../shell/ronde.ts";
import { confirm, openDialog } from "../dialog.ts";
import { freshId, h } from "../dom.ts";
import { said } from "../faults.ts";
import { form } from "../form.ts";
import { toast } from "../toast.ts";
import { t } from "../words.ts";
import { type NoticeLine, actPath } from "./served.ts";
import { mediumWord, recipientWord, ruleWord } from "./words.ts";

const LONGEST = 1000;
const MAY_BE_THERE: readonly string[] = ["sent", "unknown"];

/** Ask whether to send it again, and do so; true if it will leave. */
export async function sendAgain(ronde: Ronde, line: NoticeLine): Promise<boolean> {
  const maybe = MAY_BE_THERE.includes(line.state);
  const go = await confirm({
    title: maybe ? t("Renvoyer, au risque d'un doublon ?") : t("Renvoyer ce message ?"),
    text: [
      h("p", { class: "strong" }, [ruleWord(line), mediumWord(line.medium), recipientWord(line)].join(" · ")),
      maybe && h("p", null, t("Ce message est peut-être déjà arrivé : la famille le lirait deux fois. Un appel lève le doute.")),
      h("p", { class: "soft" }, t("Il partira à la prochaine heure convenable : de 8 h à 20 h chez la famille, jamais le dimanche.")),
    ],
    action: t("Renvoyer"),
  });
  if (!go) return false;
  try {
    await ronde.api.ask("POST", actPath(line, "resend"), { even_if_received: maybe }, { key: crypto.randomUUID() });
    toast(t("C'est prévu : le message va repartir."));
    return true;
  } catch (error) {
    toast(error instanceof Refused ? refusal(error) : said(error));
    return false;
  }
}

/** Note that somebody called, with what came of it; `done` is told when it is kept. */
export function openCalled(ronde: Ronde, line: NoticeLine, done: () => void): void {
  const note = h("textarea", { class: "textarea", id: freshId("called"), maxlength: LONGEST, rows: 3 });
  const field = { input: note, label: t("Ce qui a été dit, si c'est utile"), fault: () => undefined };
  const dialog = openDialog({
    title: t("J'ai appelé la famille"),
    body: form({
      fields: [field],
      body: [
        h("p", { class: "strong" }, [ruleWord(line), recipientWord(line)].join(" · ")),
        h("p", { class: "soft" }, t("L'alerte et sa démarche seront closes. La note reste au dossier, pour la coordination.")),
        h("div", { class: "field" }, h("label", { class: "field-label", for: note.id }, field.label), note),
      ],
      action: t("Noter l'appel"),
      send: async () => {
        await ronde.api.ask("POST", actPath(line, "settled"), { note: note.value.trim() }, { key: crypto.randomUUID() });
        dialog.close();
        toast(t("C'est noté : l'alerte est close."));
        done();
      },
    }),
  });
}

function refusal(error: Refused): string {
  if (error.code === "nothing_to_resend") return t("Ce message ne dit plus ce qui est vrai, ou il est trop tard : appelez plutôt.");
  return said(error);
}
