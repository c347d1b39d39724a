/** What a device asks of the server's logs: the live connection where it stands, HTTP else. */

import type { ChannelId, CircleId } from "../core/ids.ts";
import type { AppendRequest, Item } from "../core/session/log.ts";
import type { HttpLine } from "./api.ts";
import { BadAnswer, bytesOf, fields, list, numberOf, text } from "./forms.ts";
import { idOf, readItem, requestForm } from "./items.ts";
import type { Live } from "./live.ts";
import { Refused, Unreachable } from "./ronde.ts";

const PAGE = 200;
/** What a socket's frame may weigh; a commit may be heavier and goes over HTTP. */
const MOST_IN_FRAME = 40_000;

export type LogPage = { readonly items: readonly Item[]; readonly more: boolean };

/** A circle as the server shows it; nothing of it is believed before it is verified. */
export type ShownCircle = { readonly id: CircleId; readonly chain: readonly Uint8Array[] };

export class LogLine {
  readonly #http: HttpLine;
  readonly #live: Pick<Live, "connected" | "ask">;

  constructor(http: HttpLine, live: Pick<Live, "connected" | "ask">) {
    this.#http = http;
    this.#live = live;
  }

  /** Ask the log for a place; the same request may be asked again, and gets the same answer. */
  async append(request: AppendRequest, circle: CircleId): Promise<number> {
    const form = requestForm(request);
    if (request.kind === "create") {
      const made = { channel: request.channel, id: form.id, body: form.body };
      return placed(await this.#http.ask("POST", `/circles/${circle}/channels`, made));
    }
    if (this.#live.connected && request.body.length < MOST_IN_FRAME) {
      try {
        return placed(await this.#live.ask("append", { ...form, channel: request.channel }));
      } catch (error) {
        // Perhaps it arrived, perhaps not: the same bytes over the other road do no harm.
        if (!(error instanceof Unreachable) && !isCrowded(error)) throw error;
      }
    }
    return placed(await this.#http.ask("POST", `/channels/${request.channel}/entries`, form));
  }

  /** Read the log behind a place; throws BadAnswer where it has a gap. */
  async page(channel: ChannelId, after: number): Promise<LogPage> {
    const path = `/channels/${channel}/entries?since=${after}&limit=${PAGE}`;
    const told = fields(await this.#http.ask("GET", path));
    const items = list(told.items).map(readItem);
    // A log has no gaps: asking again would go on for ever.
    const whole = items.every((item, at) => item.channel === channel && item.seq === after + 1 + at);
    if (!whole) throw new BadAnswer("a log with a gap");
    return { items, more: told.more === true && items.length > 0 };
  }

  /** Read a whole log, page by page, still sealed. */
  async items(channel: ChannelId, after: number): Promise<Item[]> {
    const found: Item[] = [];
    for (let more = true; more; ) {
      const page = await this.page(channel, found.at(-1)?.seq ?? after);
      found.push(...page.items);
      more = page.more;
    }
    return found;
  }

  /** Fetch a circle's membership chain, for whoever verifies it. */
  async chain(circle: CircleId): Promise<Uint8Array[]> {
    const told = fields(await this.#http.ask("GET", `/circles/${circle}`));
    return list(told.chain).map(bytesOf);
  }

  /** List a circle's channels. */
  async channels(circle: CircleId): Promise<ChannelId[]> {
    const told = fields(await this.#http.ask("GET", `/circles/${circle}/channels`));
    return list(told.channels).map((form) => idOf<ChannelId>(fields(form).id));
  }

  /** List the circles we are in now with their chains, by the server's word. */
  async circles(): Promise<ShownCircle[]> {
    const found: ShownCircle[] = [];
    const asked = new Set<string>();
    for (let after: string | null = ""; after !== null; ) {
      const page = fields(await this.#http.ask("GET", `/circles?after=${after}`));
      for (const form of list(page.items).map(fields)) {
        found.push({ id: text(form.id) as CircleId, chain: list(form.chain).map(bytesOf) });
      }
      const next = typeof page.next === "string" ? page.next : null;
      // A list that does not go on would be asked for ever.
      if (next !== null && asked.has(next)) throw new BadAnswer("a list without an end");
      after = next;
      asked.add(next ?? "");
    }
    return found;
  }
}

function placed(told: unknown): number {
  return numberOf(fields(told).seq);
}

function isCrowded(error: unknown): boolean {
  return error instanceof Refused && error.code === "too_many_requests";
}
