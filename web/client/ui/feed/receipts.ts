/**
 * How far an own message has come: waiting, sent, received by a colleague, read by them.
 */

import type { ProfessionalId } from "../../core/ids.ts";
import type { Conversation, Mark } from "../../shell/ronde.ts";
import type { FeedItem } from "./fold.ts";

export type Reach = "waiting" | "parked" | "sent" | "received" | "read";

/** Who has received and who has read a place of the log, beside its author. */
export type Receipt = {
  readonly reach: Reach;
  readonly received: readonly ProfessionalId[];
  readonly read: readonly ProfessionalId[];
  /** Everybody who could. */
  readonly of: number;
};

/** Tell how far an own item has come among the colleagues who are in the channel now. */
export function receiptOf(
  item: Pick<FeedItem, "state" | "seq">,
  conversation: Pick<Conversation, "marks" | "members">,
  me: ProfessionalId,
): Receipt {
  const colleagues = [...new Set(conversation.members.map((each) => each.professional))].filter(
    (each) => each !== me,
  );
  const none = { received: [], read: [], of: colleagues.length };
  const seq = item.seq;
  if (item.state !== "sent" || seq === null) {
    return { reach: item.state === "parked" ? "parked" : "waiting", ...none };
  }
  const passed = (which: keyof Mark): ProfessionalId[] =>
    colleagues.filter((each) => (conversation.marks.get(each)?.[which] ?? 0) >= seq);
  const read = passed("read");
  const received = passed("delivered").filter((each) => !read.includes(each));
  const reach = read.length > 0 ? "read" : received.length > 0 ? "received" : "sent";
  return { reach, received, read, of: colleagues.length };
}
