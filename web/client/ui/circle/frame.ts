/** What stands at the head of a circle's pages: the child, how far along, who is there, the tabs. */

import type { CircleId } from "../../core/ids.ts";
import type { CircleView, Conversation, Ronde } from "../../shell/ronde.ts";
import { type Child, fill, h } from "../dom.ts";
import { type Glance, glanceAt } from "../feed/glance.ts";
import { type IconName, icon } from "../icons.ts";
import { labelWord, stageWord } from "../nomenclature.ts";
import { avatar } from "../parts/avatar.ts";
import type { PageContext } from "../router.ts";
import type { ChildHeader } from "../served.ts";
import { t, tn } from "../words.ts";
import { ageWords, childName, nextWords } from "./naming.ts";

export type Tab = "feed" | "tasks" | "documents" | "pathway" | "care" | "appointments" | "members";

export type CircleFrame = Glance & {
  readonly circle: CircleId;
  /** The circle's discussions, the first of them the one that everybody is in. */
  readonly conversations: readonly Conversation[];
  readonly header: HTMLElement;
};

const MOST_FACES = 5;
const FEWEST_FACES = 3;

/** Fetch a circle and draw its head, with one tab open. */
export async function circleFrame(context: PageContext, tab: Tab): Promise<CircleFrame> {
  const { ronde, place } = context;
  const circle = place.params["circle"] as CircleId;
  // The chain first: marks are checked against what this device verified.
  const view = await known(ronde, circle);
  const [glance, ...conversations] = await Promise.all([
    glanceAt(ronde, circle, () => drawAgain(context)),
    ...view.channels.map((each) => ronde.conversation(each)),
  ]);
  const faces = h("a", { class: "circle-faces", href: `/circles/${circle}/members` });
  const draw = (): void => drawFaces(faces, glance, conversations);
  draw();
  context.signal.addEventListener("abort", ronde.on("presence", draw));
  return { ...glance, circle, conversations, header: header(circle, glance, tab, [faces, left(ronde, glance)]) };
}

/** What this device verified of a circle, at once; the server is asked all the same. */
async function known(ronde: Ronde, circle: CircleId): Promise<CircleView> {
  const held = (): CircleView | undefined => ronde.circles.find(({ id }) => id === circle);
  const [before, asked] = [held(), ronde.circle(circle)];
  // Whoever coordinates looks in from outside too: the chain is theirs to see, the discussion is not.
  const found = asked.catch((error: unknown) => {
    const seen = held();
    if (seen === undefined) throw error;
    return seen;
  });
  if (before === undefined) return await found;
  found.catch(() => undefined);
  return before;
}

/** Draw a page anew whose head is another by now, unless somebody is writing in it. */
function drawAgain({ signal, again }: PageContext): void {
  const writing = document.activeElement?.matches("input, textarea, select, [contenteditable]") === true;
  if (!signal.aborted && !writing) again();
}

/** When and why a child left comes in by itself: few circles ask for it. */
function left(ronde: Ronde, { glance: { child, closed_at: closedAt } }: Glance): HTMLElement | null {
  if (child.stage !== "exit") return null;
  const place = h("p", { class: "circle-next small soft" });
  const draw = async (): Promise<void> => {
    const { leftWords } = await import("./left.ts");
    fill(place, await leftWords(ronde, child, closedAt));
  };
  draw().catch(() => undefined);
  return place;
}

type Beside = readonly [faces: HTMLElement, left: HTMLElement | null];

function header(circle: CircleId, glance: Glance, tab: Tab, [faces, gone]: Beside): HTMLElement {
  const child = glance.glance.child;
  const next = nextWords(child);
  return h(
    "header",
    { class: "circle-head" },
    h(
      "div",
      { class: "circle-child" },
      h("h1", { class: "circle-name" }, childName(child)),
      h("p", { class: "circle-facts" }, ageWords(child), h("span", { class: "badge badge-accent" }, stageWord(child.stage))),
      next !== null && h("p", { class: "circle-next small soft" }, icon("calendar", "small"), next),
      gone,
      late(child),
    ),
    faces,
    tabs(circle, tab),
  );
}

function late(child: ChildHeader): Child {
  if (child.late_visits.length === 0) return null;
  const names = child.late_visits.map((each) => labelWord(each.label)).join(", ");
  return h(
    "p",
    { class: "badge badge-danger" },
    icon("warning", "small"),
    tn("Visite en retard : {names}", "Visites en retard : {names}", child.late_visits.length, { names }),
  );
}

function drawFaces(place: HTMLElement, glance: Glance, conversations: readonly Conversation[]): void {
  const people = glance.people.all;
  const here = new Set(conversations.flatMap((each) => each.present));
  fill(
    place,
    h("span", { class: "visually-hidden" }, tn("{n} membre du cercle", "{n} membres du cercle", people.length)),
    h(
      "span",
      { class: "avatar-stack", "aria-hidden": "true" },
      people
        .slice(0, MOST_FACES)
        .map((each) =>
          avatar({ given_name: each.given, family_name: each.family }, { id: each.id, size: "small", present: here.has(each.id) }),
        ),
    ),
    more(people.length - MOST_FACES, "wide"),
    more(people.length - FEWEST_FACES, "narrow"),
  );
}

/** How many are not drawn; the narrow screen shows fewer faces. */
function more(hidden: number, screen: "wide" | "narrow"): Child {
  return hidden > 0 && h("span", { class: `small muted circle-more-${screen}`, "aria-hidden": "true" }, `+${hidden}`);
}

function tabs(circle: CircleId, open: Tab): HTMLElement {
  const tab = (name: Tab, path: string, drawing: IconName, label: string): HTMLElement =>
    h(
      "a",
      { class: "tab", href: `/circles/${circle}${path}`, "aria-current": name === open ? "page" : null },
      icon(drawing, "small"),
      label,
    );
  return h(
    "nav",
    { class: "tabs", "aria-label": t("Le cercle") },
    tab("feed", "", "message", t("Discussion")),
    tab("tasks", "/tasks", "tasks", t("Tâches")),
    tab("documents", "/documents", "document", t("Documents")),
    tab("pathway", "/pathway", "flag", t("Parcours")),
    tab("care", "/care", "heart", t("Soins")),
    tab("appointments", "/appointments", "calendar", t("Rendez-vous")),
    tab("members", "/members", "people", t("Membres")),
  );
}
