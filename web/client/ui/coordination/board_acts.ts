/** Where each thing that is found is mended: a page of ours, or what opens over the board. Pure. */

import type { Act, BoardFinding, BoardLine } from "./board_served.ts";

/** What opens over the board: for one line, or for several at once. */
export type Opens = "physician" | "contact" | "reminder" | "families";
export type Mend = { readonly opens: Opens } | { readonly href: string };

type Asked = { readonly line: BoardLine; readonly finding: BoardFinding; readonly circles: ReadonlySet<string> };

const MENDS: Readonly<Record<Act, (asked: Asked) => Mend>> = {
  contact_family: () => ({ opens: "contact" }),
  choose_physician: () => ({ opens: "physician" }),
  book_visit: ({ line, finding }) => ({ href: `${fileOf(line)}?book=${encodeURIComponent(finding.target)}` }),
  see_to_notice: ({ line }) => ({ href: `${fileOf(line)}#appointments` }),
  settle_appointment: ({ line }) => ({ href: `${fileOf(line)}#appointments` }),
  record_consent: ({ line }) => ({ href: `${fileOf(line)}?edit=consent` }),
  qualify_identity: ({ line }) => ({ href: `${fileOf(line)}?edit=identity` }),
  open_forfait: ({ line }) => ({ href: careOf(line) }),
  review_forfait: ({ line }) => ({ href: careOf(line) }),
  remind_professional: reminding,
  renew_convention: ({ line, finding }) => ({ href: finding.who === null ? fileOf(line) : personOf(finding.who) }),
  complete_file: completing,
  convene_meeting: ({ line }) => ({ href: line.child.circle === null ? fileOf(line) : `/circles/${line.child.circle}/meetings` }),
  review_plan: ({ finding }) => ({ href: `/documents/${encodeURIComponent(finding.target)}` }),
  record_departure: ({ line }) => ({ href: `/children/${line.child.id}/departure` }),
};

/** Say how a finding is mended; `circles` are those that this device can write in. */
export function mendOf(line: BoardLine, finding: BoardFinding, circles: ReadonlySet<string>): Mend {
  return MENDS[finding.act]({ line, finding, circles });
}

/** Say what opens where several of these are chosen, to be mended by one answer; null where each asks for its own. */
export function togetherOf({ act }: BoardFinding, mend: Mend): Opens | null {
  if (act === "book_visit" || act === "contact_family") return "families";
  return "opens" in mend ? mend.opens : null;
}

/** Where we write in the circle, a task says it; else one looks them up and calls. */
function reminding({ line, finding, circles }: Asked): Mend {
  const { circle } = line.child;
  if (finding.who === null) return { href: careOf(line) };
  return circle !== null && circles.has(circle) ? { opens: "reminder" } : { href: personOf(finding.who) };
}

/** The first thing that lacks leads to its field; the next one stands there when it is filled in. */
function completing({ line, finding }: Asked): Mend {
  const [first = ""] = finding.missing;
  const { id } = line.child;
  if (first === "gestational_age" || first === "discharged_on") return { href: `${fileOf(line)}?fact=${first}` };
  if (first === "circle") return { href: `/coordination/circles/${id}` };
  if (!first.startsWith("form:")) return { href: `${fileOf(line)}#family` };
  return { href: `/coordination/write/${id}` };
}

function fileOf({ child }: BoardLine): string {
  return `/coordination/children/${child.id}`;
}

function careOf(line: BoardLine): string {
  const { circle } = line.child;
  return circle === null ? fileOf(line) : `/circles/${circle}/care`;
}

function personOf(professional: string): string {
  return `/coordination/professionals/${professional}`;
}
