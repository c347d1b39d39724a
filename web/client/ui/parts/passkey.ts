/** Signing in with what unlocks the device: the browser's side of WebAuthn. */

import type { Ronde } from "../../shell/ronde.ts";

type Options = { readonly challenge: string };
type Encoded = PublicKeyCredential & { toJSON(): unknown };

/** Can this browser keep passkeys at all? */
export function hasPasskeys(): boolean {
  return "PublicKeyCredential" in window && "parseRequestOptionsFromJSON" in PublicKeyCredential;
}

/** Can the browser offer passkeys in the e-mail field itself? */
export async function offersInField(): Promise<boolean> {
  return hasPasskeys() && ((await PublicKeyCredential.isConditionalMediationAvailable?.()) ?? false);
}

/** Sign in with a passkey; `field` waits quietly until one is chosen in the e-mail field. */
export async function signInWithPasskey(
  ronde: Ronde,
  how: { readonly inField?: boolean; readonly signal?: AbortSignal } = {},
): Promise<void> {
  const asked = await ronde.api.ask<Options>("POST", "/sessions/passkey/options", {});
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(asked as never);
  const credential = await navigator.credentials.get({
    publicKey,
    ...(how.inField === true ? { mediation: "conditional" } : {}),
    ...(how.signal === undefined ? {} : { signal: how.signal }),
  });
  await ronde.api.ask("POST", "/sessions/passkey", { credential: encoded(credential) });
  await ronde.signedIn();
}

/** Make a passkey on this device for whoever is signed in. */
export async function addPasskey(ronde: Ronde, name: string): Promise<void> {
  const asked = await ronde.api.ask<Options>("POST", "/passkeys/options", {});
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(asked as never);
  const credential = await navigator.credentials.create({ publicKey });
  await ronde.api.ask("POST", "/passkeys", { credential: encoded(credential), name });
}

/** Did the person close the browser's own question? That is no fault. */
export function wasDeclined(error: unknown): boolean {
  return error instanceof DOMException && ["NotAllowedError", "AbortError"].includes(error.name);
}

function encoded(credential: Credential | null): unknown {
  return (credential as Encoded | null)?.toJSON() ?? null;
}
