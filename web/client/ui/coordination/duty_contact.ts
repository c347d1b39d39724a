/** Writing down an attempt to reach a family: whom to call, how, what came of it. */

import { newId } from "../../core/ids.ts";
import { Refused, type Ronde } from "../../shell/ronde.ts";
import { childName } from "../circle/frame.ts";
import { openDialog } from "../dialog.ts";
import { type Child, freshId, h } from "../dom.ts";
import { check, field, form } from "../form.ts";
import type { ChildHeader, Listing } from "../served.ts";
import { toast } from "../toast.ts";
import { t } from "../words.ts";
import type { BoardFinding } from "./board_served.ts";
import { type Duty, MEDIA, OUTCOMES } from "./duty_served.ts";
import { attemptWord, mediumWord, outcomeWord } from "./duty_words.ts";
import { phoneWord } from "./family_words.ts";
import { choice, today } from "./fields.ts";
import type { ChildRecord } from "./served.ts";

const LONGEST = 1000;

type Family = ChildRecord["contacts"];
type Given = {
  readonly ronde: Ronde;
  readonly child: ChildHeader;
  readonly duty: Duty;
  readonly family: Family;
  /** Told whether the duty is over with it. */
  readonly done: (over: boolean) => void;
};

/** Open it for what the board found of a child; the board knows the finding, the office its duty. */
export async function openContactOf(ronde: Ronde, child: ChildHeader, finding: BoardFinding, done: () => void): Promise<void> {
  const duties = await ronde.api.ask<Listing<Duty>>("GET", `/children/${child.id}/duties`);
  const duty = duties.items.find(({ reason, subject, state }) => state === "open" && reason === finding.code && subject === finding.target);
  if (duty === undefined) {
    toast(t("Cette démarche est déjà close."));
    return;
  }
  await openContact(ronde, child, duty, done);
}

/** Open it for a duty. */
export async function openContact(ronde: Ronde, child: ChildHeader, duty: Duty, done: (over: boolean) => void): Promise<void> {
  const record = await ronde.api.ask<ChildRecord>("GET", `/children/${child.id}`);
  contactDialog({ ronde, child, duty, family: record.contacts, done });
}

function contactDialog({ ronde, child, duty, family, done }: Given): void {
  // Sent again after a silence, it is the same attempt.
  const id = newId();
  const on = field({ label: t("Le"), name: "on", input: { type: "date", max: today(), value: today() } });
  const medium = choice({ label: t("Comment"), name: "medium", options: MEDIA.map((value) => ({ value, label: mediumWord(value) })) });
  const outcome = choice({ label: t("Résultat"), name: "outcome", options: OUTCOMES.map((value) => ({ value, label: outcomeWord(value) })) });
  const note = h("textarea", { class: "textarea", id: freshId("note"), maxlength: LONGEST, rows: 3 });
  const over = check(t("La démarche est terminée"), { name: "over" });
  const send = async (): Promise<void> => {
    const attempt = { id, on: on.input.value, medium: medium.input.value, outcome: outcome.input.value, note: note.value.trim() };
    await ronde.api.ask("POST", `/duties/${duty.id}/attempts`, attempt);
    if (over.input.checked) await ronde.api.ask("PUT", `/duties/${duty.id}/ending`, { state: "done", note: note.value.trim() });
    dialog.close();
    toast(t("C'est noté."));
    done(over.input.checked);
  };
  const dialog = openDialog({
    title: t("Contact avec la famille"),
    body: [
      h("p", { class: "strong" }, childName(child)),
      reachable(family),
      before(duty),
      form({
        fields: [on, medium, outcome],
        body: [
          on.element,
          medium.element,
          outcome.element,
          h("div", { class: "field" }, h("label", { class: "field-label", for: note.id }, t("Ce qui s'est dit")), note),
          over.element,
        ],
        action: t("Noter"),
        verify: () => (on.input.value === "" ? [{ field: on, sentence: t("Il manque le jour.") }] : []),
        send,
        blame: (error) => (error instanceof Refused && error.code === "tried_tomorrow" ? on : null),
      }),
    ],
  });
}

/** Whom to call, a touch away. */
function reachable(family: Family): Child {
  const reach = family.flatMap((each) => {
    const name = `${each.given_name} ${each.family_name}`.trim();
    const ways = [
      each.phone !== null && h("a", { class: "office-reach", href: `tel:${each.phone}` }, phoneWord(each.phone)),
      each.email !== null && h("a", { class: "office-reach", href: `mailto:${each.email}` }, each.email),
    ];
    return ways.some(Boolean) ? [h("li", { class: "row" }, h("span", null, name), ways)] : [];
  });
  return reach.length === 0 ? h("p", { class: "soft" }, t("Aucun numéro ni courriel n'est connu.")) : h("ul", { class: "small", "aria-label": t("Famille") }, reach);
}

function before({ attempts }: Duty): Child {
  if (attempts.length === 0) return null;
  return h(
    "details",
    null,
    h("summary", { class: "office-fold small strong" }, t("Déjà tenté")),
    h("ul", { class: "prose small" }, [...attempts].reverse().map((each) => h("li", null, attemptWord(each), each.note !== "" && ` : ${each.note}`))),
  );
}
