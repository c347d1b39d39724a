/** What somebody of a family told the office of their media: verified, refused, wanted again, not theirs. */

import type { Ronde } from "../../shell/ronde.ts";
import { h } from "../dom.ts";
import { said } from "../faults.ts";
import { toast } from "../toast.ts";
import { t } from "../words.ts";
import { MEDIA, proofWord, standingBadge, standingOf } from "./family_media.ts";
import type { ChildRecord, Deed, FamilyContact, FamilyMedium } from "./served.ts";

type Given = {
  readonly ronde: Ronde;
  readonly child: ChildRecord;
  readonly contact: FamilyContact;
  readonly done: () => void;
};

/** Draw how each medium stands, what may be noted of it, and the proof of what was. */
export function mediaSaid(given: Given): HTMLElement {
  const { child, contact } = given;
  return h(
    "section",
    { class: "stack", "aria-label": t("Ce qui a été dit de ses moyens de contact") },
    h("h3", { class: "strong" }, t("Ses moyens de contact")),
    MEDIA.map((medium) => mediumPart(given, medium)),
    child.chosen_holder !== contact.id &&
      h("div", null, act(t("Lui adresser les questionnaires"), async () => {
        await given.ronde.api.ask("PATCH", `/children/${child.id}`, { chosen_holder: contact.id });
        given.done();
      })),
    history(contact),
  );
}

function mediumPart({ ronde, child, contact, done }: Given, medium: FamilyMedium): HTMLElement | null {
  const standing = standingOf(contact, medium);
  if (standing === null) return null;
  const note = (deed: Deed) => async (): Promise<void> => {
    await ronde.api.ask("POST", `/children/${child.id}/contacts/${contact.id}/media/${medium}`, { deed });
    done();
  };
  const refused = contact.opted_out.includes(medium);
  return h(
    "div",
    { class: "stack-tight" },
    h("p", null, standingBadge(contact, medium, standing)),
    h(
      "div",
      { class: "button-row" },
      standing !== "confirmed" && !contact.confirmed.includes(medium) && act(t("Vérifié de vive voix"), note("confirmed")),
      refused ? act(t("En veut à nouveau"), note("resumed")) : act(t("N'en veut plus"), note("stopped")),
      standing !== "wrong" && act(medium === "sms" ? t("Ce n'est pas son numéro") : t("Ce n'est pas son adresse"), note("disowned")),
    ),
  );
}

function act(label: string, run: () => Promise<void>): HTMLElement {
  const button = h("button", { class: "button button-small", type: "button" }, label);
  button.addEventListener("click", () => {
    button.disabled = true;
    void run().then(
      () => toast(t("C'est noté.")),
      (error: unknown) => {
        button.disabled = false;
        toast(said(error));
      },
    );
  });
  return button;
}

function history({ media_log: log }: FamilyContact): HTMLElement | false {
  return (
    log.length > 0 &&
    h(
      "details",
      null,
      h("summary", { class: "small strong" }, t("Preuves de ce qui a été dit")),
      h("ul", { class: "prose small" }, [...log].reverse().map((each) => h("li", null, proofWord(each)))),
    )
  );
}
