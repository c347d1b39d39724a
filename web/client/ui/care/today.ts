/** The day of somebody who holds sessions: a card for each child with a forfait of theirs. */

import type { AtOnce } from "../at_once.ts";
import { childName } from "../circle/naming.ts";
import { fill, h } from "../dom.ts";
import type { PageContext } from "../router.ts";
import type { Listing, MyDay } from "../served.ts";
import { t } from "../words.ts";
import { ClaimCard } from "./claim_card.ts";
import { isToReport } from "./claiming.ts";
import { MY_FORFAITS } from "./mine.ts";
import { Claims } from "./sending.ts";
import type { ForfaitView } from "./served.ts";
import { earlyCareOf } from "./terms.ts";

export type Asked = { readonly mine: AtOnce<Listing<ForfaitView>>; readonly day: () => MyDay; readonly told: Promise<unknown> };

/**
 * Fill a place of the day with the sessions to report; nothing for whoever has none.
 *
 * `mine` are one's forfaits, as kept and as asked; `told` is when the server has said what the
 * day is now.
 */
export async function careToday({ ronde, signal, go }: PageContext, place: HTMLElement, { mine, day, told }: Asked): Promise<void> {
  const claims = await Claims.of(ronde);
  let forfaits = mine.value.items;
  // What the server answered to somebody's act here is newer than the list that was asked before it.
  const newest = new Map<string, ForfaitView>();
  if (!forfaits.some(isToReport)) forfaits = (await mine.later).value.items;
  if (!forfaits.some(isToReport) || signal.aborted) return;
  const care = await earlyCareOf(ronde);
  const cards = new Map<string, ClaimCard>();
  const cardOf = (forfait: ForfaitView): ClaimCard => {
    const card = cards.get(forfait.id);
    card?.take(forfait);
    return card ?? new ClaimCard(forfait, { ronde, go, care, claims, all: () => forfaits, child: () => nameIn(day(), forfait) });
  };
  const draw = (): void => {
    if (signal.aborted) return;
    if (day().lapsed) {
      fill(place, closed());
      return;
    }
    const shown = inOrder(forfaits.filter(isToReport), day());
    const made = shown.map((each) => [each.id, cardOf(each)] as const);
    const same = made.length === cards.size && made.every(([id]) => cards.has(id));
    for (const [id, card] of made) cards.set(id, card);
    if (!same || place.childElementCount === 0) fill(place, section(made.map(([, card]) => card.element)));
  };
  claims.watch(signal, (known) => {
    if (known !== null) {
      newest.set(known.id, known);
      forfaits = forfaits.map((each) => newest.get(each.id) ?? each);
    }
    draw();
    // What is kept for the next start is the newest, too.
    if (known !== null) ronde.api.read(MY_FORFAITS).catch(() => undefined);
  });
  draw();
  told.then(draw, () => undefined);
  forfaits = (await mine.later).value.items.map((each) => newest.get(each.id) ?? each);
  draw();
}

function section(cards: readonly HTMLElement[]): HTMLElement {
  return h(
    "section",
    { class: "section" },
    h("div", { class: "row-between" }, h("h2", { class: "section-title" }, t("Séances")), h("a", { href: "/statements" }, t("Mes relevés"))),
    h("div", { class: "care-cards" }, cards),
  );
}

/** Without a convention in force no child is shown by name, here as on their pages. */
function closed(): HTMLElement {
  return h(
    "section",
    { class: "section" },
    h("div", { class: "row-between" }, h("h2", { class: "section-title" }, t("Séances")), h("a", { href: "/statements" }, t("Mes relevés"))),
    h("p", null, t("Votre convention n'est pas en vigueur aujourd'hui. Demandez à la coordination de la renouveler : vous déclarez ensuite aussi les séances tenues tant qu'elle l'était.")),
  );
}

function nameIn(day: MyDay, forfait: ForfaitView): string {
  const child = day.circles.find((each) => each.child.id === forfait.child)?.child;
  return child === undefined ? t("Un enfant") : childName(child);
}

/** Those one may still claim on come first, then by name. */
function inOrder(forfaits: readonly ForfaitView[], day: MyDay): readonly ForfaitView[] {
  const over = (each: ForfaitView): number => Number(each.state !== "open");
  return [...forfaits].sort((one, other) => over(one) - over(other) || nameIn(day, one).localeCompare(nameIn(day, other), "fr"));
}
