/** A task opened: what it says, what may be done with it, and what was said about it. */

import type { TaskChange } from "../../core/content.ts";
import type { ProfessionalId } from "../../core/ids.ts";
import { Card } from "../../core/session/log.ts";
import type { Conversation, Ronde } from "../../shell/ronde.ts";
import { ago, machineTime } from "../dates.ts";
import { type Dialog, openDialog } from "../dialog.ts";
import { type Child, fill, freshId, h } from "../dom.ts";
import { toast } from "../toast.ts";
import { t } from "../words.ts";
import { dueBadge, stateBadge, warned } from "./items.ts";
import type { People } from "./people.ts";
import { type WordsWanted, wordsEditor } from "./task_words.ts";
import { type TaskState, type TaskView, isEnded, mayWord, nextStates } from "./tasks.ts";
import { actWord, beliedWords } from "./words_of.ts";

/** Where a task lives and who looks at it. `current` gives it as it is now. */
export type TaskDesk = {
  readonly ronde: Ronde;
  readonly conversation: Conversation;
  readonly people: People;
  readonly me: ProfessionalId;
  readonly current: () => TaskView | null;
};

export type TaskDialog = { readonly redraw: () => void; readonly close: () => void };

type Wanted = Partial<WordsWanted> & {
  readonly state?: TaskState;
  readonly due?: string;
  readonly assignees?: readonly ProfessionalId[];
  readonly checklist?: TaskView["checklist"];
  readonly note?: string;
};

/** Open a task; `redraw` is for news that come meanwhile. */
export function openTask(desk: TaskDesk, closed: () => void = () => {}): TaskDialog {
  const body = h("div", { class: "stack" });
  const task = desk.current();
  const dialog: Dialog = openDialog({ title: task?.title ?? t("Tâche"), body, wide: true, closed });
  const comment = commentField(desk);
  const words = wordsEditor(async (wanted) => change(desk, wanted));
  const redraw = (): void => {
    const now = desk.current();
    if (now !== null) fill(body, parts(now, desk, rewords(now, desk) && words(now)), comment);
  };
  redraw();
  return { redraw, close: dialog.close };
}

/** Whether we may say otherwise what is to be done; our office is as our own chain tells it. */
function rewords(task: TaskView, { ronde, conversation, me }: TaskDesk): boolean {
  const circle = ronde.circles.find(({ id }) => id === conversation.circle);
  return conversation.phase === "member" && mayWord(task, me, circle?.roster.coordinators.has(me) ?? false);
}

function parts(task: TaskView, desk: TaskDesk, editor: Child): Child[] {
  return [
    h("div", { class: "row" }, stateBadge(task), dueBadge(task)),
    task.contradicted && warned(beliedWords()),
    task.details !== "" && h("p", { class: "message-text" }, task.details),
    editor,
    steps(task, desk),
    acts(task, desk),
    !isEnded(task.state) && who(task, desk),
    !isEnded(task.state) && when(task, desk),
    h(
      "p",
      { class: "small muted" },
      t("Donnée par {who} {when}", { who: desk.people.name(task.author), when: ago(task.at) }),
    ),
    comments(task, desk),
  ];
}

function steps(task: TaskView, desk: TaskDesk): Child {
  if (task.checklist.length === 0) return null;
  const fixed = isEnded(task.state) || !rewords(task, desk);
  const tick = (at: number): void => {
    const checklist = task.checklist.map((step, each) =>
      each === at ? { ...step, done: !step.done } : step,
    );
    void change(desk, { checklist });
  };
  return h(
    "ul",
    { class: "stack-tight" },
    task.checklist.map((step, at) =>
      h(
        "li",
        null,
        h(
          "label",
          { class: "check" },
          h("input", { type: "checkbox", checked: step.done, disabled: fixed, onchange: () => tick(at) }),
          step.text,
        ),
      ),
    ),
  );
}

function acts(task: TaskView, desk: TaskDesk): Child {
  const states = nextStates(task, desk.me);
  const take = task.assignees.length === 0 && !isEnded(task.state);
  if (states.length === 0 && !take) return null;
  const main = (["completed", "accepted", "in-progress"] as const).find((each) => states.includes(each));
  const button = (state: TaskState): HTMLElement => {
    const look = state === main ? "button button-primary" : state === "cancelled" ? "button button-quiet" : "button";
    return h("button", { class: look, type: "button", onclick: () => change(desk, { state }) }, actWord(state));
  };
  const mine = (): unknown => change(desk, { assignees: [desk.me], state: task.state });
  return h(
    "div",
    { class: "button-row" },
    take && h("button", { class: "button button-primary", type: "button", onclick: mine }, t("Je m'en charge")),
    [...states].sort((one) => (one === main ? -1 : 0)).map(button),
  );
}

function who(task: TaskView, desk: TaskDesk): HTMLElement {
  return assigneePicker(desk.people, task.assignees, (assignees) => {
    const state = task.state === "rejected" ? "requested" : task.state;
    void change(desk, { assignees, state });
  });
}

/** Choose who is to do something: a chip for each member, pressed when chosen. */
export function assigneePicker(
  people: People,
  chosen: readonly ProfessionalId[],
  changed: (chosen: readonly ProfessionalId[]) => void,
): HTMLElement {
  const chip = (id: ProfessionalId): HTMLElement => {
    const on = chosen.includes(id);
    const next = on ? chosen.filter((each) => each !== id) : [...chosen, id];
    return h(
      "button",
      { class: "chip", type: "button", "aria-pressed": String(on), onclick: () => changed(next) },
      people.name(id),
    );
  };
  return h(
    "div",
    { class: "field", role: "group", "aria-label": t("Qui s'en charge") },
    h("p", { class: "field-label" }, t("Qui s'en charge")),
    h("div", { class: "row" }, people.all.map((each) => chip(each.id))),
  );
}

function when(task: TaskView, desk: TaskDesk): Child {
  if (nextStates(task, desk.me).length === 0) return null;
  const id = freshId("due");
  const field = h("input", { class: "input", id, type: "date", value: task.due });
  field.addEventListener("change", () => void change(desk, { due: field.value }));
  return h("div", { class: "field" }, h("label", { class: "field-label", for: id }, t("Pour le")), field);
}

function comments(task: TaskView, desk: TaskDesk): Child {
  if (task.comments.length === 0) return null;
  return h(
    "ul",
    { class: "list comments" },
    task.comments.map((each) =>
      h(
        "li",
        { class: "comment" },
        h(
          "p",
          { class: "small" },
          h("span", { class: "strong" }, desk.people.name(each.author)),
          " ",
          h("time", { class: "muted", datetime: machineTime(each.at) }, ago(each.at)),
        ),
        h("p", { class: "message-text" }, each.text),
      ),
    ),
  );
}

function commentField(desk: TaskDesk): HTMLElement {
  const id = freshId("comment");
  const field = h("textarea", { class: "textarea", id, rows: 2 });
  const send = async (): Promise<void> => {
    const note = field.value.trim();
    if (note === "") return field.focus();
    if (await change(desk, { note })) field.value = "";
  };
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    void send();
  });
  return h(
    "div",
    { class: "field" },
    h("label", { class: "field-label", for: id }, t("Un commentaire")),
    field,
    h("div", { class: "row-end" }, h("button", { class: "button", type: "button", onclick: send }, t("Commenter"))),
  );
}

/** Post a change of a task: the whole card in clear, and the same under our signature. */
async function change(desk: TaskDesk, wanted: Wanted): Promise<boolean> {
  const task = desk.current();
  if (task === null) return false;
  const { title = null, details = null, checklist = null, note = "" } = wanted;
  const words = { kind: "task_change", task: task.task, title, details, checklist, note } as const;
  const { state, due, assignees, document } = { ...task, ...wanted };
  // What is only said moves nothing: it fits wherever the task stands by then.
  const isSaid = wanted.state === undefined && wanted.due === undefined && wanted.assignees === undefined;
  const place = isSaid ? { state: null, due: null, assignees: null, document: null } : { state, due, assignees, document };
  const card = new Card({ task: task.task, state, assignees, due: due || null, document: document || null });
  try {
    await desk.conversation.post({ ...words, ...place } satisfies TaskChange, { card: isSaid ? null : card });
    return true;
  } catch {
    toast(t("Le changement n'a pas pu être gardé. Réessayez."));
    return false;
  }
}
