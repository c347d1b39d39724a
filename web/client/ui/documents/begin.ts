/** Beginning a document: with what the form can say by itself, so that nothing is typed twice. */

import type { ChildId } from "../../core/ids.ts";
import type { Ronde } from "../../shell/ronde.ts";
import type { Listing } from "../served.ts";
import { asked } from "./answers.ts";
import type { DocumentView, FirstAnswer, FormDefinition } from "./served.ts";

/** What a form can say by itself about a child. */
export async function firstAnswersOf(ronde: Ronde, child: ChildId, form: string, visit: string | null): Promise<readonly FirstAnswer[]> {
  const query = visit === null ? "" : `?visit=${visit}`;
  const { value } = await ronde.api.read<Listing<FirstAnswer>>(`/children/${child}/forms/${form}/first_answers${query}`);
  return value.items;
}

/** Begin a document; throws what the server says against it. */
export async function begin(ronde: Ronde, child: ChildId, form: FormDefinition, visit: string | null): Promise<DocumentView> {
  const first = await firstAnswersOf(ronde, child, form.code, visit);
  const held = Object.fromEntries(first.map((each) => [each.code, each.answer] as const));
  return await ronde.api.ask<DocumentView>("POST", `/children/${child}/documents`, { form: form.code, visit, answers: asked(form, held) });
}
