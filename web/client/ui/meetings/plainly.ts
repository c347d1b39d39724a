/** Refusals of meetings said in our words wherever a form shows what the server said. */

import { Refused } from "../../shell/ronde.ts";
import { refusalWord } from "./words.ts";

/** Let a form say a refusal in these words instead of the server's few. */
export async function plainly<T>(work: Promise<T>, words: (error: unknown) => string = refusalWord): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const { status, code, mendedBy } = error;
    throw new Refused({ status, code: `said_${code}`, title: words(error).replace(/\.$/u, ""), mendedBy });
  }
}
