/** The wire's JSON on a device's side: the plain values that the server's answers are made of. */

import { fromBase64, toBase64 } from "../core/base64.ts";

type Bytes = Uint8Array<ArrayBuffer>;
/** An object of the wire, nothing of it looked at yet. */
export type Form = Readonly<Record<string, unknown>>;

/** The server answered with something that no server of ours would say. */
export class BadAnswer extends Error {
  override readonly name = "BadAnswer";
}

/** Write bytes as the wire does: standard base64. */
export const base64Of = toBase64;

/** Read bytes as the wire writes them; throws BadAnswer. */
export function bytesOf(text: unknown): Bytes {
  if (typeof text !== "string") throw new BadAnswer("no base64");
  try {
    return Uint8Array.from(fromBase64(text));
  } catch {
    throw new BadAnswer("no base64");
  }
}

/** Read an object of the wire; throws BadAnswer. */
export function fields(form: unknown): Form {
  if (typeof form !== "object" || form === null) throw new BadAnswer("no object");
  return form as Form;
}

/** Read a list of the wire; throws BadAnswer. */
export function list(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new BadAnswer("no list");
  return value;
}

/** Read a text of the wire; throws BadAnswer. */
export function text(value: unknown): string {
  if (typeof value !== "string") throw new BadAnswer("no text");
  return value;
}

/** Read a whole number of the wire, 0 or more; throws BadAnswer. */
export function numberOf(value: unknown): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw new BadAnswer("no number");
  return value as number;
}
