/** What the tabs of one browser tell each other: that something changed, never what. */

import type { ChannelId, CircleId } from "../core/ids.ts";

export type TabNews =
  /** The session was written; `values` says whether parked entries or warnings changed too. */
  | {
      readonly kind: "moved";
      readonly channels: readonly ChannelId[];
      readonly circles: readonly CircleId[];
      readonly values: boolean;
    }
  | { readonly kind: "marked"; readonly channel: ChannelId }
  /** The backup began anew, or is in force no more. */
  | { readonly kind: "backup" }
  /** Somebody signed in or out, made a device or wiped it: begin again from the store. */
  | { readonly kind: "begun" };

/** The line between the tabs; what a tab says reaches all others, not itself. */
export class Tabs {
  readonly #line = new BroadcastChannel("ronde");

  constructor(heard: (news: TabNews) => void) {
    this.#line.addEventListener("message", (event: MessageEvent<TabNews>) => heard(event.data));
  }

  say(news: TabNews): void {
    this.#line.postMessage(news);
  }
}
