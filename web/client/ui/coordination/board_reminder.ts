/**
 * Reminding somebody: a task in the child's own discussion, given to whoever has the next move.
 *
 * Its words are sealed like every message's; « Annuler » takes the tasks back.
 */

import type { DocumentId, ProfessionalId, TaskId } from "../../core/ids.ts";
import { newId } from "../../core/ids.ts";
import { MAX_TITLE, type Task, type TaskChange } from "../../core/content.ts";
import { Card } from "../../core/session/log.ts";
import type { Conversation, Ronde } from "../../shell/ronde.ts";
import { childName } from "../circle/naming.ts";
import { openDialog } from "../dialog.ts";
import { h } from "../dom.ts";
import { said } from "../faults.ts";
import { field, form } from "../form.ts";
import { toast } from "../toast.ts";
import { t, tn } from "../words.ts";
import { type Each, goThrough } from "./board_outcome.ts";
import type { BoardFinding } from "./board_served.ts";
import type { Row } from "./board_table.ts";
import type { Names } from "./board_words.ts";
import { today } from "./fields.ts";

type Given = { readonly ronde: Ronde; readonly names: Names; readonly rows: readonly Row[]; readonly done: (children: readonly string[]) => void };
type Sent = { readonly conversation: Conversation; readonly card: Card };

/** Ask for the words and the day, and give one task for each line. */
export function openReminder({ ronde, names, rows, done }: Given): void {
  const [first] = rows;
  if (first === undefined) return;
  const title = field({ label: t("Ce qu'il faut faire"), name: "title", input: { maxlength: MAX_TITLE, autocomplete: "off", value: usual(first.finding) } });
  const due = field({ label: t("Pour le"), name: "due", input: { type: "date", min: today() } });
  const send = async (): Promise<void> => {
    const sent: Sent[] = [];
    const work = rows.map(
      ({ line, finding }): Each => ({
        child: line.child.id,
        name: childName(line.child),
        run: async () => void sent.push(await remind(ronde, line.child.circle ?? "", finding, { title: title.input.value.trim(), due: due.input.value })),
      }),
    );
    const told = await goThrough(work);
    dialog.close();
    told.show(tn("{n} tâche donnée, dans la discussion de l'enfant.", "{n} tâches données, dans la discussion de chaque enfant.", told.done.length), () => void takeBack(sent));
    done(told.done);
  };
  const dialog = openDialog({
    title: rows.length === 1 ? t("Relancer {name}", { name: names.person(first.finding.who ?? "") ?? "" }) : tn("Relancer pour {n} enfant", "Relancer pour {n} enfants", rows.length),
    body: form({
      fields: [title, due],
      body: [
        h("p", { class: "soft" }, t("Une tâche est donnée à qui doit agir, dans la discussion de l'enfant ; elle reste dans ses tâches jusqu'à ce qu'elle soit faite.")),
        h("ul", { class: "prose small" }, rows.map((row) => h("li", null, lineOf(row, names)))),
        title.element,
        due.element,
      ],
      action: t("Donner la tâche"),
      verify: () => (title.input.value.trim() === "" ? [{ field: title, sentence: t("Dites ce qu'il faut faire.") }] : []),
      send,
    }),
  });
}

function lineOf({ line, finding }: Row, names: Names): string {
  const who = finding.who === null ? null : names.person(finding.who);
  return who === null ? childName(line.child) : t("{child}, pour {name}", { child: childName(line.child), name: who });
}

function usual({ code }: BoardFinding): string {
  return code === "document_unsigned" ? t("Relire et signer le document commencé") : t("Fixer la première séance");
}

async function remind(ronde: Ronde, circle: string, finding: BoardFinding, said: { readonly title: string; readonly due: string }): Promise<Sent> {
  const view = ronde.circles.find((each) => each.id === circle);
  const channel = view?.channels[0];
  if (channel === undefined) throw new Error("we write in no discussion of this circle");
  const conversation = await ronde.conversation(channel);
  const task = newId() as TaskId;
  const assignees: readonly ProfessionalId[] = finding.who === null ? [] : [finding.who];
  const document = finding.code === "document_unsigned" ? (finding.target as DocumentId) : null;
  const words: Task = { kind: "task", task, title: said.title, details: "", checklist: [], due: said.due, assignees, document: document ?? "" };
  const card = new Card({ task, state: "requested", assignees, due: said.due === "" ? null : said.due, document });
  await conversation.post(words, { card });
  return { conversation, card };
}

async function takeBack(sent: readonly Sent[]): Promise<void> {
  try {
    for (const { conversation, card } of sent) {
      const { task, assignees, due, document } = card;
      const nothing = { title: null, details: null, checklist: null, note: "" };
      const words: TaskChange = { kind: "task_change", task, ...nothing, state: "cancelled", due: due ?? "", assignees, document: document ?? "" };
      await conversation.post(words, { card: new Card({ task, state: "cancelled", assignees, due, document }) });
    }
    toast(t("La relance est reprise."));
  } catch (error) {
    toast(said(error));
  }
}
