/** What left, what waits and what failed, over all children: numbers that filter, then line by line. */

import { announce, fill, freshId, h } from "../dom.ts";
import { said } from "../faults.ts";
import { icon } from "../icons.ts";
import { dressed } from "../clothes.ts";
import type { PageContext } from "../router.ts";
import type { Listing } from "../served.ts";
import { toast } from "../toast.ts";
import { number, t, tn } from "../words.ts";
import { type NoticeFilter, PERIODS, type View, countsPath, filterIn, hasPeriod, listPath, queryOf } from "./filter.ts";
import type { NoticeCounts, NoticeLine, NoticeState } from "./served.ts";
import { type LineActs, drawAnew, noticeTable } from "./table.ts";
import { stateName } from "./words.ts";

const PAGE = 50;
/** In the order in which somebody looks; what is leaving this second is shown only if there is some. */
const TILES: readonly NoticeState[] = ["planned", "claimed", "sending", "sent", "unknown", "dead", "expired", "cancelled"];
const SELDOM: ReadonlySet<NoticeState> = new Set(["claimed", "sending"]);

export class Notices {
  readonly element: HTMLElement;
  readonly #context: PageContext;
  readonly #tiles = h("div");
  readonly #list = h("div");
  readonly #end = h("div", { class: "directory-end" });
  readonly #medium: HTMLSelectElement;
  readonly #period: HTMLSelectElement;
  readonly #periodField: HTMLElement;
  readonly #acts: LineActs;
  #filter: NoticeFilter;
  #lines: readonly NoticeLine[] = [];
  #counts: NoticeCounts = { since: "", states: [], in_need: 0 };
  #after: string | null = "";
  #asked = 0;

  private constructor(context: PageContext) {
    this.#context = context;
    this.#filter = filterIn(context.place.query);
    this.#medium = h("select", { class: "select", id: freshId("medium") }, [["", t("Tous")], ["sms", t("SMS")], ["email", t("Courriel")]].map(([value = "", label = ""]) => h("option", { value }, label)));
    this.#period = h("select", { class: "select", id: freshId("period") }, PERIODS.map((days) => h("option", { value: String(days) }, periodName(days))));
    this.#medium.addEventListener("change", () => void this.#show({ ...this.#filter, medium: this.#medium.value === "" ? null : (this.#medium.value as "sms" | "email") }));
    this.#period.addEventListener("change", () => void this.#show({ ...this.#filter, period: PERIODS.find((each) => String(each) === this.#period.value) ?? PERIODS[0] }));
    this.#periodField = labelled(t("Depuis"), this.#period);
    this.#acts = { again: (line) => void this.#again(line), called: (line) => void this.#called(line) };
    const narrowing = h("div", { class: "board-narrowing notice-narrowing", role: "group", "aria-label": t("Filtrer") }, labelled(t("Moyen"), this.#medium), this.#periodField);
    this.element = h("div", { class: "stack-loose" }, this.#tiles, narrowing, this.#list, this.#end);
  }

  static async open(context: PageContext): Promise<Notices> {
    const made = new Notices(context);
    await made.#read();
    return made;
  }

  async #show(filter: NoticeFilter): Promise<void> {
    this.#filter = filter;
    this.#context.filter(queryOf(filter));
    await this.#refresh();
    announce(tn("{n} message", "{n} messages", this.#lines.length));
  }

  /** Read what is shown from its beginning. */
  async #refresh(): Promise<void> {
    this.#list.setAttribute("aria-busy", "true");
    try {
      await this.#read();
    } catch (error) {
      toast(said(error));
    }
    this.#list.removeAttribute("aria-busy");
  }

  async #read(): Promise<void> {
    this.#asked += 1;
    const turn = this.#asked;
    const { api } = this.#context.ronde;
    const [counts, page] = await Promise.all([
      api.read<NoticeCounts>(countsPath(this.#filter)),
      api.read<Listing<NoticeLine>>(listPath(this.#filter, PAGE, "")),
    ]);
    if (turn !== this.#asked) return;
    [this.#counts, this.#lines, this.#after] = [counts.value, page.value.items, page.value.next];
    this.#draw();
  }

  async #more(): Promise<void> {
    const turn = this.#asked;
    const { value } = await this.#context.ronde.api.read<Listing<NoticeLine>>(listPath(this.#filter, PAGE, this.#after ?? ""));
    if (turn !== this.#asked) return;
    [this.#lines, this.#after] = [[...this.#lines, ...value.items], value.next];
    this.#draw();
    announce(t("La suite est là."));
  }

  #draw(): void {
    const { view, medium, period } = this.#filter;
    this.#medium.value = medium ?? "";
    this.#period.value = String(period);
    this.#periodField.hidden = !hasPeriod(this.#filter);
    const held = this.#tiles.contains(document.activeElement);
    fill(this.#tiles, this.#tilesOf(view));
    // Drawn anew, the tile that was pressed is another one: whoever pressed it goes on from there.
    if (held) this.#tiles.querySelector<HTMLElement>("[aria-pressed=true]")?.focus({ preventScroll: true });
    drawAnew(this.#list, "tbody", () => fill(this.#list, this.#lines.length > 0 && noticeTable(this.#lines, this.#acts)));
    const more = (): void => void this.#more().catch((error: unknown) => toast(said(error)));
    fill(this.#end, this.#after !== null && h("button", { class: "button", type: "button", onclick: more }, t("Voir la suite")), this.#lines.length === 0 && nothing(view));
  }

  #tilesOf(view: View): HTMLElement {
    const of = (state: NoticeState): number => this.#counts.states.find((each) => each.state === state)?.number ?? 0;
    const tile = (which: View, count: number | null, label: string): HTMLElement =>
      h(
        "button",
        { class: "board-tile", type: "button", "aria-pressed": String(view === which), onclick: () => void this.#show({ ...this.#filter, view: which }) },
        count !== null && h("span", { class: "board-count number" }, number(count)),
        h("span", null, label),
      );
    return h(
      "div",
      { class: "board-tiles notice-tiles", role: "group", "aria-label": t("Les messages, par état") },
      tile("in_need", this.#counts.in_need, t("À voir")),
      TILES.filter((state) => !SELDOM.has(state) || of(state) > 0 || view === state).map((state) => tile(state, of(state), stateName(state))),
      tile("all", null, t("Tout")),
    );
  }

  async #again(line: NoticeLine): Promise<void> {
    const { sendAgain } = await dressed(import("./acts.ts"));
    if (await sendAgain(this.#context.ronde, line)) await this.#refresh();
  }

  async #called(line: NoticeLine): Promise<void> {
    const { openCalled } = await dressed(import("./acts.ts"));
    openCalled(this.#context.ronde, line, () => void this.#refresh());
  }
}

function labelled(label: string, select: HTMLSelectElement): HTMLElement {
  return h("div", { class: "field" }, h("label", { class: "field-label", for: select.id }, label), select);
}

function periodName(days: number): string {
  return days === 365 ? t("un an") : tn("{n} jour", "{n} jours", days);
}

function nothing(view: View): HTMLElement {
  const calm = view === "in_need";
  return h(
    "div",
    { class: "empty" },
    icon(calm ? "check" : "list"),
    h("p", { class: "empty-title" }, calm ? t("Rien à voir : tout part comme prévu") : t("Aucun message de ce genre")),
    h("p", null, calm ? t("Un message qui n'arrive pas, ou peut-être pas, paraît ici.") : t("Changez d'état, de moyen ou de période.")),
  );
}
