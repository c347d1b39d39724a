/** The languages families can be written to in: those whose templates the server has. */

import type { Ronde } from "../../shell/ronde.ts";
import type { Option } from "./fields.ts";

type Listed = { readonly languages: readonly { readonly code: string; readonly name: string }[] };

/** Read them, each called as it calls itself. */
export async function languagesOf(ronde: Ronde): Promise<readonly Option[]> {
  const { value } = await ronde.api.read<Listed>("/languages");
  return value.languages.map(({ code, name }) => ({ value: code, label: name }));
}
