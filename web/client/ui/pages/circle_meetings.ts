/** The meetings about a child: those to come, those whose minutes are to be written, those that were. */

import { circleFrame } from "../circle/frame.ts";
import { childName } from "../circle/naming.ts";
import { dressed } from "../clothes.ts";
import type { PathwayForm } from "../documents/served.ts";
import { type Child, h } from "../dom.ts";
import { icon } from "../icons.ts";
import { hasBegun, meetingCard } from "../meetings/card.ts";
import type { MeetingView } from "../meetings/served.ts";
import type { Page, PageContext } from "../router.ts";
import type { Listing } from "../served.ts";
import { toast } from "../toast.ts";
import { t } from "../words.ts";

export async function circleMeetingsPage(context: PageContext): Promise<Page> {
  const { ronde } = context;
  const frame = await circleFrame(context, "appointments");
  const { child, closed_at: closedAt } = frame.glance;
  const { value, fresh } = await ronde.api.read<Listing<MeetingView>>(`/children/${child.id}/meetings`);
  const calls = ronde.me?.role === "coordinator" && closedAt === null;
  const here = `/circles/${frame.circle}/meetings`;
  const open = async (moves: MeetingView | null): Promise<void> => {
    const [{ openCalling }, { value: pathway }] = await Promise.all([dressed(import("../meetings/calling.ts"), ["written"]), ronde.api.read<PathwayForm>("/pathway")]);
    openCalling({ ronde, child, people: frame.people, pathway, moves, done: () => (toast(moves === null ? t("La réunion est convoquée.") : t("La réunion est déplacée.")), context.again()) });
  };
  const cancel = async (meeting: MeetingView): Promise<void> => {
    const { openCancelling } = await dressed(import("../meetings/cancelling.ts"));
    openCancelling(ronde, meeting, () => (toast(t("La réunion est annulée.")), context.again()));
  };
  const acts = (meeting: MeetingView): Child => [
    actOf(meeting, here, calls),
    calls && meeting.state === "called" && h("button", { class: "button button-small", type: "button", onclick: () => open(meeting) }, t("Déplacer")),
    calls && meeting.state === "called" && h("button", { class: "button button-small button-quiet", type: "button", onclick: () => cancel(meeting) }, t("Annuler la réunion")),
  ];
  const part = (title: string, held: readonly MeetingView[]): Child =>
    held.length > 0 && h("section", { class: "section" }, h("h2", { class: "section-title" }, title), h("ul", { class: "stack-tight" }, held.map((each) => meetingCard(each, frame.people, acts(each)))));
  const toWrite = value.items.filter((each) => each.state === "held" || (each.state === "called" && hasBegun(each)));
  const coming = value.items.filter((each) => each.state === "called" && !hasBegun(each)).reverse();
  const gone = value.items.filter((each) => each.state === "signed" || each.state === "cancelled");
  return {
    title: childName(child),
    element: h(
      "div",
      { class: "circle" },
      frame.header,
      h(
        "div",
        { class: "page" },
        h(
          "div",
          { class: "row-between" },
          h("a", { class: "back-link", href: `/circles/${frame.circle}/appointments` }, icon("back", "small"), t("Rendez-vous")),
          calls && h("button", { class: "button button-primary", type: "button", onclick: () => open(null) }, icon("plus", "small"), t("Convoquer une réunion")),
        ),
        !fresh && h("p", { class: "banner banner-warm" }, icon("offline"), t("Vous voyez ce que ce navigateur a gardé.")),
        value.items.length === 0 && nothing(calls),
        part(t("Compte-rendu à finir"), toWrite),
        part(t("À venir"), coming),
        part(t("Passées ou annulées"), gone),
      ),
    ),
  };
}

function actOf(meeting: MeetingView, here: string, calls: boolean): Child {
  const href = `${here}/${meeting.id}`;
  if (meeting.state === "cancelled") return null;
  if (meeting.state === "signed") return h("a", { class: "button button-small button-primary", href }, t("Lire le compte-rendu"));
  if (!calls) return meeting.state === "held" && h("a", { class: "button button-small", href }, t("Lire le brouillon"));
  return h("a", { class: hasBegun(meeting) ? "button button-small button-primary" : "button button-small", href }, t("Écrire le compte-rendu"));
}

function nothing(calls: boolean): HTMLElement {
  return h(
    "div",
    { class: "empty" },
    icon("people"),
    h("p", { class: "empty-title" }, t("Aucune réunion pour l'instant")),
    h("p", null, calls ? t("Convoquez le cercle : chacun voit la date et le lien, et le compte-rendu devient des tâches.") : t("Les réunions convoquées par la coordination se lisent ici, avec leur compte-rendu.")),
  );
}
