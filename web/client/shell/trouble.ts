/** Why a channel stands still until somebody acts, said from what the session has found. */

import type { ChannelState, Session } from "../core/session/state.ts";
import { type Fork, stands } from "./forks.ts";
import type { Trouble, Warning } from "./ronde.ts";

/** What a comparison of devices found has no place: whether it still stands, the fork says. */
const COMPARED = "";

/** Name what stops a channel, or what one should know of it; null where all is well. */
export function troubleOf(
  session: Session,
  state: ChannelState,
  warnings: readonly Warning[],
  fork: Fork | null,
): Trouble | null {
  if (state.phase === "removed") return { kind: "removed", warning: null };
  const here = warnings.filter(({ channel }) => channel === state.id);
  const ghost = here.findLast(({ kind, detail }) => kind === "commit_refused" && detail === "ghost");
  if (ghost !== undefined) return { kind: "ghost", warning: ghost };
  const chain = here.findLast(({ kind }) => kind === "roster_forked");
  if (chain !== undefined || session.circles.get(state.circle)?.outdated === true) {
    return { kind: "chain", warning: chain ?? null };
  }
  const forks = here.filter(({ kind }) => kind === "group_forked");
  if (stands(fork, state)) return { kind: "forked", warning: forks.at(-1) ?? null };
  const parted = forks.findLast(({ seq, detail }) => seq !== null || detail !== COMPARED);
  return parted === undefined ? null : { kind: "parted", warning: parted };
}
