/** A document being written: its form, its signature, and a correction of what was signed. */

import { Refused } from "../../shell/ronde.ts";
import { type Child, h } from "../dom.ts";
import { said } from "../faults.ts";
import { busy } from "../busy.ts";
import { toast } from "../toast.ts";
import { t } from "../words.ts";
import { type AnswerProblem, WRONGS } from "./answers.ts";
import { aroundOf } from "./around.ts";
import { firstAnswersOf } from "./begin.ts";
import { Editor } from "./editor.ts";
import type { Drawn, Opened } from "./opened.ts";
import type { FirstAnswer } from "./served.ts";

/** Draw a draft to fill and sign. */
export async function draftView(opened: Opened): Promise<Drawn> {
  const editor = editorOf(opened, await firstAnswers(opened));
  const sign = h("button", { class: "button button-primary", type: "button" }, t("Signer le document"));
  sign.addEventListener("click", () => void busy(sign, signDraft(opened, editor)));
  void editor.restore();
  return {
    element: h("div", { class: "stack-loose" }, editor.element, h("div", { class: "button-row screen-only" }, sign), reads(opened)),
    leave: async () => {
      await editor.flush();
      return true;
    },
  };
}

/** Begin to write: with the form's first answers, or to correct what is signed. */
export function editorOf(opened: Opened, first: readonly FirstAnswer[], amends = false): Editor {
  const { context, document, form, setting, names, pathway } = opened;
  return new Editor({
    ronde: context.ronde,
    form,
    document,
    names,
    first,
    amends,
    labels: (code) => pathway.forms[code]?.label ?? null,
    around: aroundOf(context.ronde, setting),
    signal: context.signal,
    reload: context.again,
  });
}

/** Show a refusal where it belongs: at its fields, beside what somebody else wrote, or as a note. */
export async function refused(error: unknown, editor: Editor): Promise<void> {
  if (await editor.isConflict(error)) return;
  const problems = error instanceof Refused ? error.errors.flatMap((each) => problemAt(each.field, each.message)) : [];
  if (problems.length > 0) editor.showProblems(problems);
  else toast(said(error), { seconds: 10 });
}

/** Said where it matters: before somebody signs. */
function reads({ form }: Opened): Child {
  return form.readers.length === 0 && h("p", { class: "small muted" }, t("Une fois signé, tout le cercle pourra le lire."));
}

/** What the form can say by itself; without it, everything is typed. */
async function firstAnswers({ context, document, form, isOlder }: Opened): Promise<readonly FirstAnswer[]> {
  if (isOlder) return [];
  try {
    return await firstAnswersOf(context.ronde, document.child, form.code, document.visit);
  } catch {
    return [];
  }
}

async function signDraft({ context, document }: Opened, editor: Editor): Promise<void> {
  if (!editor.isSettled || !editor.isWhole()) return;
  await editor.flush();
  if (!editor.isSettled) return;
  const { confirm } = await import("../dialog.ts");
  const sure = await confirm({
    title: t("Signer ce document ?"),
    text: t("Une fois signé, il ne s'efface plus ; une correction sera une nouvelle version, avec son motif."),
    action: t("Signer"),
  });
  if (!sure) return;
  try {
    await context.ronde.api.ask("POST", `/documents/${document.id}/signature`, {}, { version: editor.edition });
    await editor.forget();
    toast(t("Document signé."));
    context.again();
  } catch (error) {
    await refused(error, editor);
  }
}

function problemAt(pointer: string, said: string): AnswerProblem[] {
  const [root, ...steps] = pointer.split("/");
  const path = steps.map((step) => (/^\d+$/u.test(step) ? Number(step) : step));
  const field = path.at(-1);
  const wrong = WRONGS.find((each) => each === said);
  return root === "answers" && typeof field === "string" && wrong !== undefined ? [{ field, wrong, path }] : [];
}
