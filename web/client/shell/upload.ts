/** Sending bytes so that one sees how far they are: the one thing that fetch cannot tell. */

import { refusal } from "./api.ts";
import { Unreachable } from "./ronde.ts";
import { Turnstile } from "./turnstile.ts";

const ROOT = "/api/v1";
const PATIENCE_MS = 300_000;
/** More at once are no quicker on a narrow line, and hold up what one writes meanwhile. */
const AT_ONCE = 2;
const LINE = new Turnstile(AT_ONCE);

export type UploadOptions = {
  readonly progress?: (done: number) => void;
  readonly signal?: AbortSignal;
};

/** PUT bytes, two files at once in this tab; throws Refused, Unreachable, or the signal's reason. */
export async function upload(
  path: string,
  data: Uint8Array<ArrayBuffer>,
  options: UploadOptions,
): Promise<void> {
  await LINE.pass(async () => await sent("PUT", path, data, options), options.signal);
}

/** POST bytes that the server answers with JSON; throws as `upload` does. */
export async function deliver<T>(
  path: string,
  data: Uint8Array<ArrayBuffer>,
  options: UploadOptions,
): Promise<T> {
  return jsonIn(await sent("POST", path, data, options)) as T;
}

async function sent(
  method: "PUT" | "POST",
  path: string,
  data: Uint8Array<ArrayBuffer>,
  { progress, signal }: UploadOptions,
): Promise<string> {
  signal?.throwIfAborted();
  const request = new XMLHttpRequest();
  return await new Promise<string>((done, fail) => {
    request.open(method, ROOT + path);
    request.timeout = PATIENCE_MS;
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.upload.addEventListener("progress", ({ loaded, total }) => progress?.(loaded / total));
    request.addEventListener("load", () => {
      if (request.status < 300) done(request.responseText);
      else fail(refusal(jsonIn(request.responseText), request.status));
    });
    for (const end of ["error", "timeout"]) {
      request.addEventListener(end, () => fail(new Unreachable()));
    }
    request.addEventListener("abort", () => fail(signal?.reason ?? new Unreachable()));
    signal?.addEventListener("abort", () => request.abort(), { once: true });
    request.send(data);
  });
}

function jsonIn(text: string): object {
  try {
    return JSON.parse(text) as object;
  } catch {
    return {};
  }
}
