/** Calling those who are away to an urgent message, once the server has it. */

import type { ChannelId, EntryId } from "../../core/ids.ts";
import { Refused, type Ronde } from "../../shell/ronde.ts";

/** The message itself may take a while to arrive, and only then can anybody be called to it. */
const PAUSES_MS = [500, 2000, 8000, 30_000, 120_000] as const;

/** Call them; what never succeeds costs the call, not the message. */
export async function callAway(ronde: Ronde, channel: ChannelId, entry: EntryId): Promise<void> {
  for (const pause of PAUSES_MS) {
    await new Promise((done) => setTimeout(done, pause));
    try {
      await ronde.api.ask("POST", `/channels/${channel}/urgent`, { entry });
      return;
    } catch (error) {
      if (error instanceof Refused && error.code !== "bad_entry") return;
    }
  }
}
