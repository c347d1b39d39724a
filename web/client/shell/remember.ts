/**
 * What a step found out, for the same transaction as the step: an entry that could not be
 * checked, one that the log refuses, who came and went, what somebody should look into.
 */

import type { ChannelId, EntryId } from "../core/ids.ts";
import type { Effect, SafetyWarning } from "../core/session/effects.ts";
import type { Card, Item } from "../core/session/log.ts";
import type { Session } from "../core/session/state.ts";
import { base64Of } from "./forms.ts";
import { type Findings, type LogRecord, encodeRecord } from "./record.ts";
import type { Moment, Warning } from "./ronde.ts";
import type { LogPlace } from "./store.ts";
import { type Turnover, turnovers } from "./turnover.ts";
import { NAMES } from "./values.ts";

/** A step of the session, and the items of the log that it was given, if any. */
export type Made = {
  readonly session: Session;
  readonly effects: readonly Effect[];
  readonly items?: readonly Item[];
};

/** An entry of ours that the log refused for good, kept so that nothing typed is lost. */
export type ParkedEntry = {
  readonly id: EntryId;
  readonly channel: ChannelId;
  readonly code: string;
  readonly at: Moment;
  readonly type: string;
  readonly body: string;
  readonly thread: EntryId | null;
  readonly card: Card | null;
};

export type Remembered = {
  readonly log: readonly LogPlace[];
  readonly values: ReadonlyMap<string, unknown>;
  readonly warnings: readonly Warning[];
};

/** Say what must be kept of a step beside its session. */
export function remember(before: Session | null, made: Made, now: Moment): Remembered {
  const values = new Map<string, unknown>();
  const warnings: Warning[] = [];
  for (const effect of made.effects) {
    if (effect.kind === "entry_parked") {
      const name = `${NAMES.parked}${effect.channel}/${effect.id}`;
      const parked = parkedEntry(before, effect.channel, effect.id, effect.code, now);
      if (parked !== null) values.set(name, parked);
      values.set(`${NAMES.waiting}${effect.id}`, null);
    } else if (effect.kind === "entry_stored") {
      values.set(`${NAMES.waiting}${effect.id}`, null);
    } else if (effect.kind === "safety_warning") {
      warnings.push(warningOf(effect, now));
    }
  }
  return { log: places(before, made), values, warnings };
}

function parkedEntry(
  before: Session | null,
  channel: ChannelId,
  id: EntryId,
  code: string,
  at: Moment,
): ParkedEntry | null {
  const outgoing = before?.channels.get(channel)?.outbox.find((one) => one.id === id);
  if (outgoing === undefined || outgoing.kind !== "entry") return null;
  const { type, thread, card } = outgoing;
  return { id, channel, code, at, type, body: base64Of(outgoing.body), thread, card };
}

/** The same concern about the same place is one warning, however often it is found again. */
function warningOf(effect: SafetyWarning, at: Moment): Warning {
  const { concern: kind, channel, seq, professional, device, detail } = effect;
  const id = [kind, channel, seq, professional, device, detail].map((one) => one ?? "").join("~");
  return { id, at, kind, channel, seq, professional, device, detail };
}

function places(before: Session | null, made: Made): LogPlace[] {
  const kept: LogPlace[] = [];
  const changes = made.effects.filter((effect) => effect.kind === "members_changed");
  const turned = turnovers(before, made.session.device.id, changes);
  for (const item of made.items ?? []) {
    const was = before?.channels.get(item.channel)?.cursor ?? 0;
    const is = made.session.channels.get(item.channel)?.cursor ?? 0;
    const found = findings(made.effects, turned, item);
    const fresh = item.seq > was && item.seq <= is;
    const late = item.seq <= was && Object.keys(found).length > 0;
    if (fresh || late) kept.push(place({ item, findings: found }));
  }
  return kept;
}

function place(record: LogRecord): LogPlace {
  const { channel, seq } = record.item;
  return { channel, seq, data: encodeRecord(record) };
}

function findings(
  effects: readonly Effect[],
  turned: ReadonlyMap<Effect, Turnover>,
  item: Item,
): Findings {
  let found: Findings = {};
  for (const effect of effects) {
    if (!("seq" in effect) || effect.seq !== item.seq) continue;
    if (effect.kind === "entry_opened" && effect.notice !== null) {
      found = { ...found, notice: effect.notice };
    } else if (effect.kind === "safety_warning" && effect.channel === item.channel) {
      found = { ...found, ...judged(effect) };
    } else if (effect.kind === "members_changed" && effect.channel === item.channel) {
      const { added, removed } = turned.get(effect) ?? { added: [], removed: [] };
      found = { ...found, members: { by: effect.by, added, removed } };
    }
  }
  return found;
}

function judged({ concern, detail }: SafetyWarning): Findings {
  if (concern === "entry_refused") return { fault: detail };
  if (concern === "entry_replayed") return { notice: "replayed" };
  return {};
}
