/** Parts of the program that come when they are first needed, and not with the first page. */

import { Unreachable } from "./ronde.ts";

/** Tell whether a part did not come: there is no network, or its release is gone. */
export function isNotLoaded(error: unknown): boolean {
  // Every browser has its own words for it; all speak of the module or of importing it.
  return error instanceof TypeError && /module|import/iu.test(error.message);
}

/** Load a part; throws Unreachable where it does not come. */
export async function loaded<T>(load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    throw isNotLoaded(error) ? new Unreachable() : error;
  }
}

type Answering = (...given: unknown[]) => Promise<unknown>;
/** What may be loaded later: something that promises all its answers. */
type Later<T> = { readonly [Name in keyof T]: (...given: never[]) => Promise<unknown> };
type Names<T> = { readonly [Name in keyof T]: true };

/** Stand for something whose code is loaded at the first call; each throws Unreachable without. */
export function lazily<T extends Later<T>>(names: Names<T>, load: () => Promise<T>): T {
  let made: Promise<T> | null = null;
  const ask = async (name: string, given: unknown[]): Promise<unknown> => {
    made ??= loaded(load);
    // What did not come is asked for again.
    made.catch(() => (made = null));
    const target = (await made) as Readonly<Record<string, unknown>>;
    return await (target[name] as Answering).apply(target, given);
  };
  const each = Object.keys(names).map((name): [string, Answering] => [
    name,
    async (...given) => await ask(name, given),
  ]);
  return Object.fromEntries(each) as unknown as T;
}
