/** My day: what waits for me over all my circles, the most pressing first. */

import type { ChannelId, CircleId } from "../../core/ids.ts";
import type { Conversation, Ronde } from "../../shell/ronde.ts";
import { childName } from "../circle/naming.ts";
import { betweenWords, visitsToBook } from "../appointments/to_book.ts";
import { atOnce } from "../at_once.ts";
import { MY_FORFAITS, WAITING_CLAIMS } from "../care/mine.ts";
import type { ForfaitView } from "../care/served.ts";
import { wear } from "../clothes.ts";
import { ago, dayAndTime, dayOf, nearDay } from "../dates.ts";
import { row, section } from "../day/rows.ts";
import { type Child, fill, h } from "../dom.ts";
import { fold } from "../feed/fold.ts";
import { countNew } from "../feed/grouping.ts";
import { preview } from "../feed/preview.ts";
import { type IconName, icon } from "../icons.ts";
import { labelWord } from "../nomenclature.ts";
import { noCircle } from "../parts/no_circle.ts";
import type { Page, PageContext } from "../router.ts";
import type { ChildHeader, Listing, MyDay, PlannedAppointment, TaskCard } from "../served.ts";
import { t, tn } from "../words.ts";

const ENDED = new Set(["completed", "cancelled"]);

type News = {
  readonly circle: CircleId;
  readonly unread: number;
  readonly mentions: number;
  readonly urgent: boolean;
  readonly last: string;
  readonly at: number;
};

type Coming = {
  readonly meetings: HTMLElement | null;
  /** What the forms of drafts are called, by their codes. */
  readonly names: ReadonlyMap<string, string>;
};

type Drawn = { readonly day: MyDay; readonly conversations: readonly Conversation[]; readonly coming: Coming };

export async function dayPage(context: PageContext): Promise<Page> {
  const { ronde, signal } = context;
  const { value, later } = await atOnce<MyDay>(ronde, "/day");
  let day = value;
  let fresh = true;
  const body = h("div", { class: "day" });
  const notices = h("div", { class: "stack" });
  const care = h("div", { class: "stack" });
  if (ronde.me?.role === "professional") drawCare(context, care, () => day, later).catch(() => undefined);
  const duties = h("div", { class: "stack" });
  const coordinates = ronde.me?.role === "coordinator";
  let conversations = await openAll(ronde, day);
  let coming: Coming = { meetings: null, names: new Map() };
  const draw = (): void => {
    fill(notices, !fresh && offline());
    drawDay(body, ronde, { day, conversations, coming });
    if (coordinates) drawDuties(duties, day).catch(() => undefined);
  };
  const news = async (): Promise<void> => {
    // A discussion may have become ours since the page was drawn.
    conversations = await openAll(ronde, day);
    if (!signal.aborted) draw();
  };
  draw();
  const told = async (): Promise<void> => {
    ({ value: day, fresh } = await later);
    await news();
    coming = await comingOf(ronde, day);
    if (!signal.aborted) draw();
  };
  told().catch(() => undefined);
  for (const event of ["channel", "circle"] as const) {
    signal.addEventListener("abort", ronde.on(event, () => void news()));
  }
  return {
    title: t("Ma journée"),
    element: h(
      "div",
      { class: "page page-wide" },
      h(
        "header",
        { class: "page-header" },
        h("h1", { class: "page-title" }, hello(ronde)),
        h("p", { class: "page-lead" }, dayOf(Date.now())),
      ),
      notices,
      care,
      duties,
      body,
    ),
  };
}

/** Only some have sessions to report: it comes by itself, and to them alone. */
async function drawCare(context: PageContext, place: HTMLElement, day: () => MyDay, told: Promise<{ value: MyDay }>): Promise<void> {
  const { ronde } = context;
  const mine = await atOnce<Listing<ForfaitView>>(ronde, MY_FORFAITS);
  const none = mine.value.items.length === 0 && (await ronde.draft(WAITING_CLAIMS)) === null;
  if (none && (await mine.later).value.items.length === 0) return;
  const [{ careToday }] = await Promise.all([import("../care/today.ts"), wear("day", ["care"])]);
  await careToday(context, place, { mine, day, told });
}

/** What the pathway asks of whoever coordinates. */
async function drawDuties(place: HTMLElement, day: MyDay): Promise<void> {
  if ((day.duties ?? []).length === 0) return void fill(place);
  const [{ dutiesOfDay }] = await Promise.all([import("../coordination/duty_lines.ts"), wear("coordination")]);
  fill(place, dutiesOfDay(day));
}

function offline(): HTMLElement {
  return h("p", { class: "banner banner-warm" }, icon("offline"), t("Vous voyez ce que ce navigateur a gardé."));
}

function hello(ronde: Ronde): string {
  return t("Bonjour {name}", { name: ronde.me?.given_name ?? "" });
}

async function openAll(ronde: Ronde, day: MyDay): Promise<readonly Conversation[]> {
  // A circle without news or tasks of ours has nothing to show here that needs opening.
  const busy = new Set(day.tasks.map(({ circle }) => circle));
  const shown = ronde.circles.filter(({ id, unread }) => unread > 0 || busy.has(id));
  const known = new Set<ChannelId>(shown.flatMap((each) => each.channels));
  const channels = day.circles.flatMap((each) => each.channels.map((channel) => channel.id));
  return Promise.all(channels.filter((each) => known.has(each)).map((each) => ronde.conversation(each)));
}

/** What comes in by itself once the page is drawn. */
async function comingOf(ronde: Ronde, day: MyDay): Promise<Coming> {
  const { draftNames, meetingsToCome } = await import("../day/coming.ts");
  const [meetings, names] = await Promise.all([
    // Not everybody is ever called to a meeting.
    meetingsToCome(ronde, day).catch(() => null),
    day.documents.length === 0 ? new Map<string, string>() : draftNames(ronde),
  ]);
  return { meetings, names };
}

function drawDay(place: HTMLElement, ronde: Ronde, { day, conversations, coming }: Drawn): void {
  const children = new Map(day.circles.map((each) => [each.child.id, each.child] as const));
  const news = newsOf(ronde, conversations);
  const tasks = [...day.tasks]
    .filter((task) => !ENDED.has(task.state))
    .sort((one, other) => (one.due ?? "9").localeCompare(other.due ?? "9"));
  const parts = [
    talk(news, day),
    taskList(tasks, day, conversations),
    drafts(day, coming.names),
    coming.meetings,
    appointments(day.unsettled.filter(({ status }) => status !== "missed"), children, t("Rendez-vous à confirmer"), "warning"),
    appointments(day.unsettled.filter(({ status }) => status === "missed"), children, t("Rendez-vous manqués, à refixer"), "warning"),
    appointments(day.appointments, children, t("Rendez-vous à venir"), "calendar", { href: "/agenda", label: t("Mon agenda") }),
    visits(day),
  ];
  fill(place, parts.every((each) => each === null) ? allDone(ronde, day) : parts);
}

function newsOf(ronde: Ronde, conversations: readonly Conversation[]): readonly News[] {
  const me = ronde.me?.professional;
  if (me === undefined) return [];
  return conversations
    .map((conversation) => {
      const items = [...fold(conversation.entries).byId.values()].sort((one, other) => (one.seq ?? 0) - (other.seq ?? 0));
      const fresh = items.filter(
        (item) => item.kind === "message" && item.author !== me && (item.seq ?? 0) > conversation.read,
      );
      const messages = fresh.flatMap((item) => (item.kind === "message" ? [item] : []));
      const last = messages.at(-1);
      return {
        circle: conversation.circle,
        unread: countNew(items, conversation.read, me),
        mentions: messages.filter((item) => item.mentions.includes(me)).length,
        urgent: messages.some((item) => item.urgent),
        last: last === undefined ? "" : preview(last),
        at: last?.at ?? 0,
      };
    })
    .filter((each) => each.unread > 0)
    .sort((one, other) => Number(other.urgent) - Number(one.urgent) || other.mentions - one.mentions || other.at - one.at);
}

function talk(news: readonly News[], day: MyDay): Child {
  if (news.length === 0) return null;
  const rows = news.map((each) => {
    const child = day.circles.find((circle) => circle.id === each.circle)?.child;
    return row({
      href: `/circles/${each.circle}`,
      drawing: each.urgent ? "flag" : "message",
      title: child === undefined ? t("Un cercle") : childName(child),
      note: each.last,
      cut: true,
      end: [
        each.urgent && h("span", { class: "badge badge-danger" }, t("Urgent")),
        each.mentions > 0 && h("span", { class: "badge badge-warm" }, t("On vous cite")),
        h("span", { class: "count", role: "img", "aria-label": tn("{n} message non lu", "{n} messages non lus", each.unread) }, each.unread),
      ],
    });
  });
  return section(t("Messages"), rows);
}

function taskList(tasks: readonly TaskCard[], day: MyDay, conversations: readonly Conversation[]): Child {
  if (tasks.length === 0) return null;
  const today = new Date().toLocaleDateString("sv-SE");
  const titles = new Map(
    conversations.flatMap((each) => [...fold(each.entries).tasks.values()].map((task) => [task.task, task.title] as const)),
  );
  const rows = tasks.map((task) => {
    const child = day.circles.find((each) => each.id === task.circle)?.child;
    const late = task.due !== null && task.due < today;
    return row({
      href: `/circles/${task.circle}/tasks?task=${task.id}`,
      drawing: "tasks",
      title: titles.get(task.id) ?? t("Une tâche"),
      note: child === undefined ? "" : childName(child),
      end: [task.due !== null && h("span", { class: late ? "badge badge-danger" : "badge" }, late ? t("En retard : {day}", { day: nearDay(task.due) }) : nearDay(task.due))],
    });
  });
  return section(t("Mes tâches"), rows, { href: "/tasks", label: t("Toutes les tâches") });
}

function drafts(day: MyDay, names: Coming["names"]): Child {
  if (day.documents.length === 0) return null;
  const rows = day.documents.map((draft) => {
    const child = day.circles.find((each) => each.id === draft.circle)?.child;
    return row({
      href: `/documents/${draft.id}`,
      drawing: "document",
      title: names.get(draft.form) ?? t("Document à terminer et à signer"),
      note: [names.has(draft.form) ? t("à terminer et à signer") : "", child === undefined ? "" : childName(child), ago(draft.saved_at)].filter(Boolean).join(" · "),
      end: [],
    });
  });
  return section(t("Documents"), rows);
}

function appointments(
  planned: readonly PlannedAppointment[],
  children: ReadonlyMap<string, ChildHeader>,
  title: string,
  drawing: IconName,
  more?: { readonly href: string; readonly label: string },
): Child {
  if (planned.length === 0) return null;
  const rows = planned.map((each) => {
    const child = children.get(each.child);
    return row({
      href: child?.circle === undefined || child.circle === null ? "/circles" : `/circles/${child.circle}/appointments`,
      drawing,
      title: child === undefined ? t("Un enfant") : childName(child),
      note: [dayAndTime(each.slot.start), each.slot.place_label].join(" · "),
      end: [],
    });
  });
  return section(title, rows, more);
}

/** Visits that may be booked, and that nobody booked: a click opens the booking, filled in. */
function visits(day: MyDay): Child {
  const open = day.circles.flatMap(({ id, child }) =>
    visitsToBook(child, day.booking_opens_days ?? 0).map((visit) => ({ id, child, visit, late: visit.state === "late" })),
  );
  if (open.length === 0) return null;
  const rows = open.map((each) =>
    row({
      href: `/circles/${each.id}/appointments?book=${each.visit.visit}`,
      drawing: "calendar",
      title: `${labelWord(each.visit.label)} – ${childName(each.child)}`,
      note: betweenWords(each.visit),
      end: [each.late && h("span", { class: "badge badge-danger" }, t("En retard"))],
    }),
  );
  return section(t("Visites à prévoir"), rows);
}

function allDone(ronde: Ronde, day: MyDay): HTMLElement {
  if (day.circles.length === 0) return noCircle(ronde, day.lapsed);
  return h(
    "div",
    { class: "empty" },
    icon("check"),
    h("p", { class: "empty-title" }, t("Rien n'attend")),
    h("p", null, t("Tout est lu, rien n'est dû. Vous pouvez fermer cette page : vous serez prévenu.")),
    h("a", { class: "button", href: "/circles" }, t("Voir mes cercles")),
  );
}
