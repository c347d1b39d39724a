/** A curve as a picture, with its table beside it: the picture says nothing that the table does not. */

import { dateOf } from "../dates.ts";
import { freshId, h, svg } from "../dom.ts";
import { labelWord } from "../nomenclature.ts";
import { number, t, tn } from "../words.ts";
import { type Axis, type Measure, type Series, axisOver, marksOf, placeOn } from "./growth.ts";
import { unitWord } from "./units.ts";

const WIDTH = 360;
const HEIGHT = 240;
const LEFT = 48;
const RIGHT = 12;
const TOP = 12;
const BOTTOM = 40;
const GAP = 6;

type Frame = { readonly x: (months: number) => number; readonly y: (value: number) => number; readonly months: Axis; readonly values: Axis };

/** Draw one measure over time; a point leads to the document it was written in. */
export function curveCard(series: Series, open: (document: string) => void): HTMLElement {
  const name = labelWord(series.label);
  const unit = unitWord(series.unit);
  const title = unit === "" ? name : `${name} (${unit})`;
  return h(
    "section",
    { class: "card curve", "aria-label": title },
    h("h2", { class: "section-title" }, title),
    picture(series, title, open),
    h("div", { class: "table-scroll", tabindex: 0, role: "region", "aria-label": t("Mesures : {what}", { what: name }) }, table(series, title)),
  );
}

function picture(series: Series, title: string, open: (document: string) => void): SVGElement {
  const frame = framed(series.measures);
  const [name, about] = [freshId("curve"), freshId("curve")];
  const points = series.measures.map((each) => `${frame.x(each.months).toFixed(1)},${frame.y(each.value).toFixed(1)}`);
  return svg(
    "svg",
    { class: "curve-picture", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-labelledby": `${name} ${about}` },
    svg("title", { id: name }, title),
    svg("desc", { id: about }, described(series)),
    grid(frame),
    svg("polyline", { class: "curve-line", points: points.join(" ") }),
    series.measures.map((each) => point(each, series, frame, open)),
  );
}

function framed(measures: readonly Measure[]): Frame {
  const months = axisOver(measures.map((each) => each.months));
  const values = axisOver(measures.map((each) => each.value));
  return {
    months,
    values,
    x: (at) => LEFT + placeOn(months, at) * (WIDTH - LEFT - RIGHT),
    y: (value) => HEIGHT - BOTTOM - placeOn(values, value) * (HEIGHT - TOP - BOTTOM),
  };
}

function grid({ x, y, months, values }: Frame): SVGElement[] {
  const across = marksOf(values).flatMap((each) => [
    svg("line", { class: "curve-grid", x1: LEFT, x2: WIDTH - RIGHT, y1: y(each), y2: y(each) }),
    svg("text", { class: "curve-mark", x: LEFT - GAP, y: y(each) + 4, "text-anchor": "end" }, number(each)),
  ]);
  const along = marksOf(months).flatMap((each) => [
    svg("line", { class: "curve-grid", x1: x(each), x2: x(each), y1: TOP, y2: HEIGHT - BOTTOM }),
    svg("text", { class: "curve-mark", x: x(each), y: HEIGHT - BOTTOM + 16, "text-anchor": "middle" }, number(each)),
  ]);
  const middle = LEFT + (WIDTH - LEFT - RIGHT) / 2;
  return [...across, ...along, svg("text", { class: "curve-mark", x: middle, y: HEIGHT - 5, "text-anchor": "middle" }, t("âge en mois"))];
}

function point(measure: Measure, series: Series, { x, y }: Frame, open: (document: string) => void): SVGElement {
  const made = svg("circle", { class: "curve-point", cx: x(measure.months).toFixed(1), cy: y(measure.value).toFixed(1), r: 5 }, svg("title", null, `${dateOf(measure.on)} : ${valueWord(measure, series)}`));
  made.addEventListener("click", () => open(measure.document));
  return made;
}

/** The curve in one sentence: how many measures, from what to what. */
function described(series: Series): string {
  const [first, last] = [series.measures[0], series.measures.at(-1)];
  if (first === undefined || last === undefined) return "";
  const count = tn("{n} mesure", "{n} mesures", series.measures.length);
  return t("{count}, de {first} le {from} à {last} le {until}. Le tableau qui suit les donne toutes.", {
    count,
    first: valueWord(first, series),
    from: dateOf(first.on),
    last: valueWord(last, series),
    until: dateOf(last.on),
  });
}

function table(series: Series, title: string): HTMLElement {
  const rows = [...series.measures].reverse().map((each) =>
    h(
      "tr",
      null,
      h("th", { scope: "row" }, h("a", { href: `/documents/${each.document}` }, each.on.split("-").reverse().join("/"))),
      h("td", { class: "number" }, number(Math.round(each.months * 10) / 10)),
      h("td", { class: "number" }, valueWord(each, series)),
    ),
  );
  return h(
    "table",
    { class: "table" },
    h("caption", { class: "visually-hidden" }, title),
    h("thead", null, h("tr", null, h("th", { scope: "col" }, t("Date")), h("th", { scope: "col" }, t("Âge en mois")), h("th", { scope: "col" }, t("Mesure")))),
    h("tbody", null, rows),
  );
}

function valueWord(measure: Measure, series: Series): string {
  const value = number(measure.value);
  return series.unit === "" ? value : `${value}\u00a0${unitWord(series.unit)}`;
}
