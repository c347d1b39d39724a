/** The report of a visit that was held: where it stands it is opened, else it is begun; loaded when it is asked for. */

import type { ChildId, CircleId } from "../../core/ids.ts";
import { begin } from "../documents/begin.ts";
import { pathwayOf } from "../documents/pathway.ts";
import { reportAmong } from "../documents/report.ts";
import type { DocumentView } from "../documents/served.ts";
import { said } from "../faults.ts";
import type { PageContext } from "../router.ts";
import type { Listing } from "../served.ts";
import { toast } from "../toast.ts";

/** Go to the report of a visit, by the code of its form. */
export async function openReport(context: PageContext, child: ChildId, circle: CircleId, visit: string, code: string): Promise<void> {
  const { ronde } = context;
  try {
    const form = (await pathwayOf(ronde)).forms[code];
    // What is kept as a record of its own is written elsewhere, and the list of forms says where.
    if (form === undefined || form.record !== "document") return context.go(`/circles/${circle}/write`);
    const report = reportAmong(await documentsOf(context, circle), form, visit) ?? (await begin(ronde, child, form, visit));
    context.go(`/documents/${report.id}`);
  } catch (error) {
    toast(said(error));
  }
}

async function documentsOf({ ronde }: PageContext, circle: CircleId): Promise<readonly DocumentView[]> {
  const found: DocumentView[] = [];
  let after: string | null = "";
  while (after !== null) {
    const path: string = `/circles/${circle}/documents?after=${after}`;
    const { value }: { value: Listing<DocumentView> } = await ronde.api.read(path);
    found.push(...value.items);
    after = value.next;
  }
  return found;
}
