/** Whatever else stands in a stream: tasks, what became of them, comings and goings, blanks. */

import { machineTime, nearDay, timeOf } from "../dates.ts";
import { type Child, h } from "../dom.ts";
import { icon } from "../icons.ts";
import { avatar } from "../parts/avatar.ts";
import { t, tn } from "../words.ts";
import type { BlankItem, ChangeItem, FeedItem, LinkItem, MembersItem, TaskItem } from "./fold.ts";
import { messageView } from "./message.ts";
import type { Scene } from "./scene.ts";
import { type TaskView, isEnded, isLate } from "./tasks.ts";
import { beliedWords, changeLine, membersLine, notTheirsWords, stateWord } from "./words_of.ts";

/** Draw one item of a stream. */
export function itemView(item: FeedItem, scene: Scene, goesOn: boolean): HTMLElement {
  switch (item.kind) {
    case "message":
      return messageView(item, scene, goesOn);
    case "task":
      return taskView(item, scene);
    case "change":
      return changeView(item, scene);
    case "document":
      return linkView(item, scene);
    case "members":
      return membersView(item, scene);
    case "blank":
      return blankView(item, scene);
  }
}

function taskView(item: TaskItem, scene: Scene): HTMLElement {
  const task = item.task;
  const done = task.checklist.filter((step) => step.done).length;
  return h(
    "article",
    { class: "task-card", "data-entry": item.id, "data-state": task.state },
    h("p", { class: "task-card-who small" }, icon("tasks", "small"), given(item, scene)),
    h(
      "button",
      { class: "task-card-title", type: "button", onclick: () => scene.acts.openTask(task.task) },
      task.title,
    ),
    h(
      "div",
      { class: "row small" },
      stateBadge(task),
      dueBadge(task),
      assignees(task, scene),
      task.checklist.length > 0 &&
        h("span", { class: "muted number" }, t("{done} sur {all} étapes", { done, all: task.checklist.length })),
      task.comments.length > 0 &&
        h("span", { class: "muted" }, tn("{n} commentaire", "{n} commentaires", task.comments.length)),
      h("time", { class: "muted", datetime: machineTime(item.at) }, timeOf(item.at)),
    ),
    task.contradicted && warned(beliedWords()),
    waiting(item),
  );
}

function given(item: TaskItem, scene: Scene): string {
  return t("{who} a donné une tâche", { who: scene.people.name(item.author) });
}

/** A task's state as a badge. */
export function stateBadge(task: TaskView): HTMLElement {
  const looks = { completed: "badge badge-good", rejected: "badge badge-warm" } as const;
  const look = task.state in looks ? looks[task.state as keyof typeof looks] : "badge badge-accent";
  return h("span", { class: isEnded(task.state) && task.state !== "completed" ? "badge" : look }, stateWord(task.state));
}

/** A task's due day as a badge, red once it has passed; nothing when there is none. */
export function dueBadge(task: TaskView): Child {
  if (task.due === "" || isEnded(task.state)) return null;
  const today = new Date().toLocaleDateString("sv-SE");
  const late = isLate(task, today);
  const words = late
    ? t("En retard : {day}", { day: nearDay(task.due) })
    : t("Pour {day}", { day: nearDay(task.due) });
  const look = late ? "badge badge-danger" : task.due === today ? "badge badge-warm" : "badge";
  return h("span", { class: look }, icon("clock", "small"), words);
}

function assignees(task: TaskView, scene: Scene): Child {
  if (task.assignees.length === 0) return h("span", { class: "muted" }, t("À prendre"));
  return h(
    "span",
    { class: "row" },
    h(
      "span",
      { class: "avatar-stack" },
      task.assignees.slice(0, 3).map((id) => {
        const person = scene.people.find(id);
        const named = { given_name: person?.given ?? "?", family_name: person?.family ?? "" };
        return avatar(named, { id, size: "small" });
      }),
    ),
    h("span", null, scene.people.names(task.assignees)),
  );
}

function changeView(item: ChangeItem, scene: Scene): HTMLElement {
  return h(
    "article",
    { class: "event", "data-entry": item.id },
    h(
      "button",
      { class: "event-line", type: "button", onclick: () => scene.acts.openTask(item.task) },
      changeLine(item, scene.people),
    ),
    item.note !== "" && h("p", { class: "event-note" }, item.note),
    item.uncounted === "not_theirs" && warned(notTheirsWords()),
    waiting(item),
  );
}

function linkView(item: LinkItem, scene: Scene): HTMLElement {
  return h(
    "article",
    { class: "task-card", "data-entry": item.id },
    h("p", { class: "task-card-who small" }, icon("document", "small"), t("{who} a partagé un document", { who: scene.people.name(item.author) })),
    h("a", { class: "task-card-title", href: `/documents/${item.document}` }, item.label),
    waiting(item),
  );
}

function membersView(item: MembersItem, scene: Scene): HTMLElement {
  return h("p", { class: "event event-quiet", "data-entry": item.id }, membersLine(item, scene.people));
}

function blankView(item: BlankItem, scene: Scene): HTMLElement {
  if (item.why === "no-key") {
    return h("p", { class: "event event-quiet", "data-entry": item.id }, t("Un message d'avant votre arrivée."));
  }
  if (item.why === "unknown") {
    const words = t("Un élément que cette version ne sait pas montrer. Rechargez la page.");
    return h("p", { class: "event event-quiet", "data-entry": item.id }, words);
  }
  return h(
    "article",
    { class: "event event-fault", "data-entry": item.id },
    icon("warning"),
    h(
      "p",
      null,
      t("L'élément n° {seq} n'a pas pu être vérifié : il n'est pas montré.", { seq: item.seq ?? 0 }),
    ),
    h("button", { class: "link-button", type: "button", onclick: () => scene.acts.report(item) }, t("Que faire ?")),
  );
}

/** A sentence that somebody should stop at. */
export function warned(words: string): HTMLElement {
  return h("p", { class: "message-notice small" }, icon("warning", "small"), words);
}

function waiting(item: FeedItem): Child {
  if (item.state === "sent") return null;
  const words = item.state === "waiting" ? t("En attente d'envoi") : t("Non envoyé");
  return h("p", { class: "small muted row" }, icon(item.state === "waiting" ? "clock" : "warning", "small"), words);
}
