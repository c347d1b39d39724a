/** Writing down an attempt to reach a family: whom to call, how, what came of it. */

import type { Ronde } from "../../shell/ronde.ts";
import { childName } from "../circle/naming.ts";
import { openDialog } from "../dialog.ts";
import { type Child, h } from "../dom.ts";
import { check, form } from "../form.ts";
import type { ChildHeader, Listing } from "../served.ts";
import { toast } from "../toast.ts";
import { t } from "../words.ts";
import type { BoardFinding } from "./board_served.ts";
import { AttemptFields } from "./duty_fields.ts";
import type { Duty } from "./duty_served.ts";
import { attemptWord } from "./duty_words.ts";
import { callLink, mailLink } from "./reach.ts";
import type { ChildRecord } from "./served.ts";

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
  const attempt = new AttemptFields();
  const over = check(t("La démarche est terminée"), { name: "over" });
  const send = async (): Promise<void> => {
    await ronde.api.ask("POST", `/duties/${duty.id}/attempts`, attempt.value());
    if (over.input.checked) await ronde.api.ask("PUT", `/duties/${duty.id}/ending`, { state: "done", note: attempt.note });
    dialog.close();
    toast(t("C'est noté."));
    done(over.input.checked);
  };
  const dialog = openDialog({
    title: t("Contact avec la famille"),
    body: [
      h("p", { class: "strong" }, childName(child)),
      reachable(family, duty),
      before(duty),
      form({
        fields: attempt.fields,
        body: [attempt.element, over.element],
        action: t("Noter"),
        verify: () => attempt.faults(),
        send,
        blame: (error) => attempt.blame(error),
      }),
    ],
  });
}

/** Whom to call, a touch away. */
function reachable(family: Family, { wish }: Duty): Child {
  const reach = family.flatMap((each) => {
    const name = `${each.given_name} ${each.family_name}`.trim();
    const ways = [
      each.phone !== null && callLink(each.phone),
      each.email !== null && mailLink(each.email),
    ];
    return ways.some(Boolean) ? [h("li", { class: "row" }, h("span", null, name), ways, signs(each, wish?.contact))] : [];
  });
  return reach.length === 0 ? h("p", { class: "soft" }, t("Aucun numéro ni courriel n'est connu.")) : h("ul", { class: "small", "aria-label": t("Famille") }, reach);
}

/** Who asked to be called, and that a call needs an interpreter. */
function signs(contact: Family[number], wished: string | undefined): Child[] {
  return [
    contact.id === wished && h("span", { class: "badge badge-accent" }, t("à rappeler")),
    contact.interpreter && h("span", { class: "badge badge-warm" }, t("Interprète nécessaire")),
  ];
}

function before({ attempts }: Duty): Child {
  if (attempts.length === 0) return null;
  return h(
    "details",
    null,
    h("summary", { class: "small strong" }, t("Déjà tenté")),
    h("ul", { class: "prose small" }, [...attempts].reverse().map((each) => h("li", null, attemptWord(each), each.note !== "" && ` : ${each.note}`))),
  );
}
