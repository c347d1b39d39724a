/** Looking for a few letters in a name, as people type them: any case, no accents, with gaps. */

export type Match = {
  /** Higher is nearer. */
  readonly score: number;
  /** Which signs of the name were asked for. */
  readonly places: ReadonlySet<number>;
};

const AT_WORD = 8;
const IN_A_ROW = 5;

/** Find the letters of `asked` in order in a name; null if they are not all there. */
export function lookFor(asked: string, name: string): Match | null {
  const signs = [...name].map(plain);
  let best: Match | null = null;
  const wanted = [...asked].map(plain).filter((sign) => sign.trim() !== "");
  if (wanted.length === 0) return { score: 0, places: new Set() };
  for (const [start, sign] of signs.entries()) {
    if (sign !== wanted[0]) continue;
    const found = from(start, wanted, signs);
    if (found !== null && (best === null || found.score > best.score)) best = found;
  }
  return best;
}

function from(start: number, wanted: readonly string[], signs: readonly string[]): Match | null {
  const places = new Set<number>();
  let score = 0;
  let at = start;
  for (const sign of wanted) {
    const place = signs.indexOf(sign, at);
    if (place < 0) return null;
    if (isWordStart(signs, place)) score += AT_WORD;
    else if (places.has(place - 1)) score += IN_A_ROW;
    score -= Math.min(3, place - at);
    places.add(place);
    at = place + 1;
  }
  return { score: score - signs.length / 100, places };
}

function isWordStart(signs: readonly string[], place: number): boolean {
  return place === 0 || !/\p{L}|\d/u.test(signs[place - 1] ?? "");
}

/** Signs are few, and names by the thousand are looked through with every letter typed. */
const PLAIN = new Map<string, string>();

function plain(sign: string): string {
  const known = PLAIN.get(sign);
  if (known !== undefined) return known;
  const made = sign.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  PLAIN.set(sign, made);
  return made;
}
