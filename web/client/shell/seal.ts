/**
 * Sealing what lies in the browser's store: AES-256-GCM under a key that no script can read.
 *
 * The key is made non-extractable and lives in the same store: whoever copies the files of a
 * profile has it too, whoever gets a dump through the page's own interfaces has not. Every
 * value is bound to its place, so that none can be moved to another.
 */

const NONCE = 12;
const ALGORITHM = "AES-GCM";

/** A value in the store is not one that this device sealed for this place. */
export class Damaged extends Error {
  override readonly name = "Damaged";
}

/** Make the store's key: it never leaves the browser. */
export async function newStoreKey(): Promise<CryptoKey> {
  return await crypto.subtle.generateKey({ name: ALGORITHM, length: 256 }, false, [
    "encrypt",
    "decrypt",
  ]);
}

/** Seal a value for its place, under a fresh random nonce: nonce, then ciphertext and tag. */
export async function seal(
  key: CryptoKey,
  place: string,
  plain: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE));
  const made = await crypto.subtle.encrypt(parameters(nonce, place), key, plain);
  const sealed = new Uint8Array(NONCE + made.byteLength);
  sealed.set(nonce);
  sealed.set(new Uint8Array(made), NONCE);
  return sealed;
}

/**
 * Open what `seal` sealed for the same place.
 *
 * Throws Damaged: it was changed, moved, or sealed under another key.
 */
export async function open(
  key: CryptoKey,
  place: string,
  sealed: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  const nonce = sealed.subarray(0, NONCE);
  try {
    const plain = await crypto.subtle.decrypt(
      parameters(nonce, place),
      key,
      sealed.subarray(NONCE),
    );
    return new Uint8Array(plain);
  } catch {
    throw new Damaged();
  }
}

function parameters(nonce: Uint8Array<ArrayBuffer>, place: string): AesGcmParams {
  return { name: ALGORITHM, iv: nonce, additionalData: new TextEncoder().encode(place) };
}
