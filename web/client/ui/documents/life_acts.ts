/** What the buttons of a line of life do, loaded with the first of them that is pressed. */

import type { PageContext } from "../router.ts";
import { dressed } from "../clothes.ts";
import { said } from "../faults.ts";
import { busy } from "../busy.ts";
import { toast } from "../toast.ts";
import type { ChildFrame } from "./child_frame.ts";
import type { LineOfLife, Step } from "./life_line.ts";

/** Where a button stands: the page, its child and its line. */
export type Act = { readonly context: PageContext; readonly frame: ChildFrame; readonly line: LineOfLife; readonly button: HTMLButtonElement };

/** Ask for an appointment for a visit. */
export async function book({ context, frame, line, button }: Act, visit: string): Promise<void> {
  const open = async (): Promise<void> => {
    try {
      const { calendarOf } = await import("../appointments/calendar.ts");
      const { openBooking } = await dressed(import("../appointments/booking.ts"));
      const calendar = await calendarOf(context.ronde, line.child.id);
      await openBooking({ ronde: context.ronde, child: line.child.id, people: frame.people, calendar, moves: null, visit, done: context.again });
    } catch (error) {
      toast(said(error));
    }
  };
  await busy(button, open());
}

/** Begin the document that a step asks for, and go to it. */
export async function write({ context, line, button }: Act, { form, visit }: Step): Promise<void> {
  if (form === null) return;
  const begun = async (): Promise<void> => {
    try {
      const { begin } = await import("./begin.ts");
      const made = await begin(context.ronde, line.child.id, form, visit?.visit ?? null);
      context.go(`/documents/${made.id}`);
    } catch (error) {
      toast(said(error));
    }
  };
  await busy(button, begun());
}
