/**
 * The TypeScript sessions, one step at a time, told what to do by JSON lines.
 *
 * The peer remembers nothing. Each request carries a whole session as it is stored; each
 * answer carries the session that the step led to, and its effects. So every step shows
 * once more that what one language stored the other goes on from.
 */
import { createInterface } from "node:readline";

import { fromBase64, toBase64 } from "../../../web/client/core/base64.ts";
import type { Member } from "../../../web/client/core/entry.ts";
import type { ChannelId, CircleId, DeviceId, EntryId } from "../../../web/client/core/ids.ts";
import { encode } from "../../../web/client/core/mls/codec.ts";
import type { Effect, Shown } from "../../../web/client/core/session/effects.ts";
import { openChannel, rejoin, watch } from "../../../web/client/core/session/join.ts";
import type { Item, Kind } from "../../../web/client/core/session/log.ts";
import { publish } from "../../../web/client/core/session/packages.ts";
import * as sessions from "../../../web/client/core/session/session.ts";
import type { Session } from "../../../web/client/core/session/state.ts";
import { stepTo } from "../../../web/client/core/session/step.ts";
import { decodeSession, encodeSession } from "../../../web/client/core/session/store.ts";

type AskedItem = {
  readonly seq: number;
  readonly id: EntryId;
  readonly kind: Kind;
  readonly epoch: number;
  readonly sender: DeviceId;
  readonly at: number;
  readonly body: string;
};

/** What a request may carry; each operation takes what it needs. */
type Given = {
  readonly session: string;
  readonly now: number;
  readonly channel: ChannelId;
  readonly circle: CircleId;
  readonly chain: readonly string[];
  readonly items: readonly AskedItem[];
  readonly type: string;
  readonly body: string;
  readonly adds: readonly string[];
  readonly removes: readonly DeviceId[];
  readonly recipient: DeviceId;
  readonly request: Omit<AskedItem, "seq" | "sender" | "at">;
  readonly seq: number;
  readonly code: string;
  readonly count: number;
};

type Operation = (session: Session, given: Given) => Said | Promise<Said>;
/** A step, or what is shown in its place. */
type Said = { readonly session: Session; readonly effects: readonly (Effect | Shown)[] };

const steps: Record<string, Operation> = {
  trust: (session, { circle, chain }) => sessions.trust(session, circle, chain.map(fromBase64)),
  watch: (session, { channel, circle }) => stepTo(watch(session, channel, circle)),
  open_channel: (session, { channel, circle, now }) =>
    openChannel(session, channel, circle, { now }),
  rejoin: (session, given) =>
    rejoin(session, given.channel, itemsOf(given)[0] as Item, { now: given.now }),
  receive: (session, given) =>
    sessions.receive(session, given.channel, itemsOf(given), { now: given.now }),
  compose: (session, { channel, type, body, now }) =>
    sessions.compose(session, channel, { type, body: fromBase64(body), now }),
  change_members: (session, { channel, adds, removes, now }) =>
    sessions.changeMembers(session, channel, { adds: adds.map(fromBase64), removes, now }),
  rotate: (session, { channel, now }) => sessions.rotate(session, channel, { now }),
  share_history: (session, { channel, recipient, now }) =>
    sessions.shareHistory(session, channel, recipient, { now }),
  acknowledge: (session, given) =>
    sessions.acknowledge(session, requestOf(given), given.seq, { now: given.now }),
  refuse: (session, given) =>
    sessions.refuse(session, requestOf(given), given.code, { now: given.now }),
  resume: (session) => stepTo(session, ...sessions.resume(session)),
  show: async (session, given) => ({
    session,
    effects: await sessions.show(session, given.channel, itemsOf(given)),
  }),
};

function itemsOf({ channel, items }: Given): readonly Item[] {
  return items.map((item) => ({ ...item, channel, body: fromBase64(item.body), card: null }));
}

function requestOf({ channel, request }: Given): Parameters<typeof sessions.acknowledge>[1] {
  return { ...request, channel, body: fromBase64(request.body), card: null };
}

function answer(step: Said): object {
  return { session: toBase64(encodeSession(step.session)), effects: step.effects.map(plain) };
}

function memberOf(member: Member): object {
  return { ...member, signatureKey: toBase64(member.signatureKey) };
}

/** Write an effect in JSON: bytes in base64, structures in their wire form. */
function plain(effect: Effect | Shown): object {
  switch (effect.kind) {
    case "send":
      return { ...effect, request: { ...effect.request, body: toBase64(effect.request.body) } };
    case "entry_opened": {
      const { entry, author } = effect.opened;
      return { ...effect, opened: { entry: toBase64(encode(entry)), author: memberOf(author) } };
    }
    case "members_changed": {
      const [added, removed] = [effect.added.map(memberOf), effect.removed.map(memberOf)];
      return { ...effect, added, removed };
    }
    case "roster_changed":
      return { ...effect, statements: effect.statements.map((one) => toBase64(one.encode())) };
    default:
      return effect;
  }
}

async function done(op: string, given: Given): Promise<object> {
  const session = await decodeSession(fromBase64(given.session));
  if (op === "publish") {
    const made = await publish(session, given.count, { now: given.now });
    return { ...answer(stepTo(made.session)), packages: made.packages.map(toBase64) };
  }
  const operation = steps[op];
  if (operation === undefined) throw new Error("an operation that nobody knows");
  return answer(await operation(session, given));
}

for await (const line of createInterface({ input: process.stdin })) {
  const { id, op, ...given } = JSON.parse(line) as Given & { id: number; op: string };
  let said: object;
  try {
    said = { id, ok: true, ...(await done(op, given)) };
  } catch (error) {
    const fault = error instanceof Error && "fault" in error ? String(error.fault) : "";
    said = { id, ok: false, error: error instanceof Error ? error.constructor.name : "?", fault };
  }
  process.stdout.write(`${JSON.stringify(said)}\n`);
}
