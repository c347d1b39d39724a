/** A person as two letters on a colour of their own. */

import { h } from "../dom.ts";
import { t } from "../words.ts";

export type Named = { readonly given_name: string; readonly family_name: string };
const TINTS = 8;

/** Draw somebody; `id` chooses the colour, so that a person has the same one everywhere. */
export function avatar(
  person: Named,
  options: { id?: string; size?: "" | "small" | "large"; present?: boolean } = {},
): HTMLElement {
  const size = options.size ?? "";
  const dot = h("span", { class: "presence", role: "img", "aria-label": t("en ligne") });
  return h(
    "span",
    {
      class: size === "" ? "avatar" : `avatar avatar-${size}`,
      "data-tint": tint(options.id ?? fullName(person)),
      "aria-hidden": options.present === true ? null : "true",
    },
    initials(person),
    options.present === true && dot,
  );
}

/** Given name, then family name. */
export function fullName(person: Named): string {
  return `${person.given_name} ${person.family_name}`.trim();
}

function initials(person: Named): string {
  return ([...person.given_name][0] ?? "") + ([...person.family_name][0] ?? "");
}

function tint(id: string): number {
  let sum = 0;
  for (const sign of id) sum = (sum * 31 + (sign.codePointAt(0) ?? 0)) % 65_521;
  return sum % TINTS;
}
