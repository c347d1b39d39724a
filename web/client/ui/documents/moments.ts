/** Days, times of day and moments as answers write them: the twin of care_circle/moments.py. */

const DAY = /^\d{4}-\d{2}-\d{2}$/u;
const TIME = /^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$/u;
const MOMENT = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}(?::\d{2})?)(\.\d{1,6})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/u;

/** Tell whether this is a day that a calendar shows: not the 31st of February. */
export function isDay(text: string): boolean {
  if (!DAY.test(text) || text.startsWith("0000")) return false;
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}

/** Tell whether this is a time that a clock shows. */
export function isTimeOfDay(text: string): boolean {
  return TIME.test(text);
}

/** Tell whether this is a moment: a day that there is, a time and an offset. */
export function isMoment(text: string): boolean {
  const [, day = "", time = "", fraction = ""] = MOMENT.exec(text) ?? [];
  // A fraction is one of seconds.
  return isDay(day) && isTimeOfDay(time) && (fraction === "" || time.length > "00:00".length);
}

/** Compare two numbers, days, times or moments: -1, 0, 1, or null if they do not compare. */
export function ordered(one: number | string, other: number | string): number | null {
  if (typeof one === "number" && typeof other === "number") {
    return Number.isNaN(one) || Number.isNaN(other) ? null : order(one, other);
  }
  if (typeof one !== "string" || typeof other !== "string") return null;
  if (isDay(one) && isDay(other)) return order(one, other);
  if (isTimeOfDay(one) && isTimeOfDay(other)) return order(one.padEnd(8, ":00"), other.padEnd(8, ":00"));
  return isMoment(one) && isMoment(other) ? order(microseconds(one), microseconds(other)) : null;
}

function order<T extends number | bigint | string>(one: T, other: T): number {
  return Number(one > other) - Number(one < other);
}

/** Since 1970; a `Date` knows no smaller part of a second than a thousandth. */
function microseconds(moment: string): bigint {
  const fraction = /\.(\d+)/u.exec(moment)?.[1] ?? "";
  const whole = moment.replace(/\.\d+/u, "");
  return BigInt(Date.parse(whole)) * 1000n + BigInt(fraction.padEnd(6, "0"));
}
