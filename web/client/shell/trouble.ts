/** Why a channel stands still until somebody acts, said from what the session has found. */

import type { ChannelState, Session } from "../core/session/state.ts";
import type { Trouble, Warning } from "./ronde.ts";

/** Name what stops a channel, or null. */
export function troubleOf(
  session: Session,
  state: ChannelState,
  warnings: readonly Warning[],
): Trouble | null {
  if (state.phase === "removed") return { kind: "removed", warning: null };
  const here = warnings.filter(({ channel }) => channel === state.id);
  const ghost = here.findLast(({ kind, detail }) => kind === "commit_refused" && detail === "ghost");
  if (ghost !== undefined) return { kind: "ghost", warning: ghost };
  const chain = here.findLast(({ kind }) => kind === "roster_forked");
  if (chain !== undefined || session.circles.get(state.circle)?.outdated === true) {
    return { kind: "chain", warning: chain ?? null };
  }
  const forked = here.findLast(({ kind }) => kind === "group_forked");
  return forked === undefined ? null : { kind: "forked", warning: forked };
}
