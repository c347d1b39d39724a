/** Asking the server over HTTP: JSON there and back, a problem or silence as an exception. */

import { type AskOptions, type FieldError, Refused, Unreachable } from "./ronde.ts";

const ROOT = "/api/v1";
const PATIENCE = 20_000;
const UNAUTHORIZED = 401;
const NO_CONTENT = 204;

/** Large, of nobody, and seldom new: the browser keeps it, and asks each time whether it holds. */
const KEPT = "/pathway";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

type Problem = {
  readonly status?: number;
  readonly code?: string;
  readonly title?: string;
  readonly detail?: string;
  readonly mended_by?: string;
  readonly instead?: unknown;
  readonly errors?: readonly { readonly pointer?: string; readonly detail?: string }[];
};

/** What the server says to whoever bears the token of a session whose device was removed. */
const REMOVED = "device_removed";

/** A line to the server; `sessionOver` is told when it knows us no more, and if our device is gone. */
export class HttpLine {
  readonly #sessionOver: (removed: boolean) => void;
  readonly #comingIn: () => Promise<void>;
  /** The language in which problems are told. */
  language = "fr";

  /** `comingIn` is waited for before anybody signs in. */
  constructor(sessionOver: (removed: boolean) => void, comingIn: () => Promise<void> = async () => {}) {
    this.#sessionOver = sessionOver;
    this.#comingIn = comingIn;
  }

  /** Ask for something under /api/v1; throws Refused or Unreachable. */
  async ask<T = unknown>(
    method: Method,
    path: string,
    body?: unknown,
    options: AskOptions = {},
  ): Promise<T> {
    const headers: Record<string, string> = {};
    if (body !== undefined) headers["Content-Type"] = "application/json";
    const asked = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await this.send(method, path, { ...asked, headers }, options);
    if (response.status === NO_CONTENT) return null as T;
    return (await read(response)) as T;
  }

  /** Send something that may be no JSON and give the answer, if it is a yes. */
  async send(
    method: Method,
    path: string,
    request: { readonly headers?: Record<string, string>; readonly body?: BodyInit },
    options: AskOptions = {},
  ): Promise<Response> {
    if (isSignIn(method, path)) await this.#comingIn();
    const response = await this.#fetched(method, path, request, options);
    if (response.ok) return response;
    const refused = await problem(response);
    if (response.status === UNAUTHORIZED && !isSignIn(method, path)) this.#sessionOver(isRemoval(refused.code));
    throw refused;
  }

  async #fetched(
    method: Method,
    path: string,
    request: { readonly headers?: Record<string, string>; readonly body?: BodyInit },
    options: AskOptions,
  ): Promise<Response> {
    const headers = new Headers({ ...request.headers, "Accept-Language": this.language });
    if (options.version !== undefined) headers.set("If-Match", `"${options.version}"`);
    if (options.key !== undefined) headers.set("Idempotency-Key", options.key);
    const late = AbortSignal.timeout(PATIENCE);
    const signal = options.signal === undefined ? late : AbortSignal.any([late, options.signal]);
    try {
      const body = request.body === undefined ? {} : { body: request.body };
      const cache = method === "GET" && path === KEPT ? "no-cache" : "no-store";
      return await fetch(ROOT + path, { method, headers, ...body, signal, cache });
    } catch (error) {
      // A person who changed their mind is no network that fails.
      if (options.signal?.aborted === true) throw error;
      throw new Unreachable();
    }
  }
}

async function read(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    // Cut off in the middle, or a proxy's own page: either way nothing that we asked for.
    throw new Unreachable();
  }
}

async function problem(response: Response): Promise<Refused> {
  const told = (await response.json().catch(() => ({}))) as Problem;
  const after = Number(response.headers.get("Retry-After") ?? Number.NaN);
  return refusal(told, response.status, Number.isFinite(after) ? after : null);
}

/** Read a problem object, of an answer or of an ack. */
export function refusal(told: Problem, status: number, retryAfter: number | null = null): Refused {
  const errors = (told.errors ?? []).map(
    (one): FieldError => ({
      field: (one.pointer ?? "").replace(/^\//u, ""),
      message: one.detail ?? "",
    }),
  );
  return new Refused({
    status,
    code: told.code ?? "unknown",
    title: told.title ?? "",
    detail: told.detail ?? "",
    mendedBy: told.mended_by ?? null,
    instead: told.instead ?? null,
    errors,
    retryAfter,
  });
}

/** Tell whether a refusal says that our device was taken from the account. */
export function isRemoval(code: unknown): boolean {
  return code === REMOVED;
}

function isSignIn(method: Method, path: string): boolean {
  return method === "POST" && (path.startsWith("/sessions") || path.startsWith("/enrolments"));
}
