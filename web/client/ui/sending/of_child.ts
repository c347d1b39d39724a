/** What one family received, is about to receive, or did not: a section of the child's page. */

import type { ChildId } from "../../core/ids.ts";
import { dressed } from "../clothes.ts";
import { fill, h } from "../dom.ts";
import { said } from "../faults.ts";
import { icon } from "../icons.ts";
import type { Ronde } from "../../shell/ronde.ts";
import type { Listing } from "../served.ts";
import { toast } from "../toast.ts";
import { t } from "../words.ts";
import type { NoticeLine } from "./served.ts";
import { type LineActs, buttons, drawAnew, howFar, what } from "./table.ts";

const FEW = 5;
const MOST = 200;

/** Draw it; read when it stands, so that the page does not wait for it. */
export function toldSection(ronde: Ronde, child: ChildId): HTMLElement {
  const place = h("div", { class: "stack-tight" }, h("p", { class: "soft" }, t("Un instant…")));
  const read = async (): Promise<void> => {
    const { value } = await ronde.api.read<Listing<NoticeLine>>(`/notices?child=${child}&limit=${MOST}`);
    draw(value.items, false);
  };
  const failed = (error: unknown): void => void fill(place, h("p", { class: "soft" }, said(error)));
  const acts: LineActs = {
    again: async (line) => {
      const { sendAgain } = await dressed(import("./acts.ts"));
      if (await sendAgain(ronde, line)) await read();
    },
    called: async (line) => {
      const { openCalled } = await dressed(import("./acts.ts"));
      openCalled(ronde, line, () => void read().catch((error: unknown) => toast(said(error))));
    },
  };
  const draw = (lines: readonly NoticeLine[], all: boolean): void => {
    const ordered = inOrder(lines);
    const shown = all ? ordered : ordered.slice(0, FEW);
    drawAnew(place, "li", () =>
      fill(
        place,
        shown.length === 0 && h("p", { class: "soft" }, t("Rien encore : le premier message part quand un rendez-vous est pris.")),
        shown.length > 0 && h("ul", { class: "stack-tight" }, shown.map((line) => row(line, acts))),
        shown.length < ordered.length && h("button", { class: "button button-small", type: "button", onclick: () => seeAll(lines) }, icon("list", "small"), t("Tout voir ({n})", { n: ordered.length })),
      ),
    );
  };
  const seeAll = (lines: readonly NoticeLine[]): void => {
    draw(lines, true);
    place.querySelectorAll<HTMLElement>("li")[FEW]?.focus({ preventScroll: true });
  };
  read().catch(failed);
  return h(
    "section",
    { class: "section", id: "told", tabindex: -1, "aria-label": t("Ce que la famille a reçu") },
    h("h2", { class: "section-title" }, t("Ce que la famille a reçu")),
    place,
  );
}

/** What needs somebody, then what the family has heard, the latest first, then what it is to hear, the next first. */
function inOrder(lines: readonly NoticeLine[]): readonly NoticeLine[] {
  const rank = (line: NoticeLine): number => (line.in_need ? 0 : line.state === "planned" ? 2 : 1);
  const coming = lines.filter((line) => rank(line) === 2).reverse();
  return [...lines.filter((line) => rank(line) === 0), ...lines.filter((line) => rank(line) === 1), ...coming];
}

function row(line: NoticeLine, acts: LineActs): HTMLElement {
  return h(
    "li",
    { class: "card told-row", "data-notice": line.id, tabindex: -1 },
    h("p", null, what({ ...line, child: null })),
    h("p", { class: "small" }, howFar(line)),
    buttons(line, acts),
  );
}
