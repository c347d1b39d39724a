/** Bytes as JSON carries them: base64 of RFC 4648, section 4. */

/** Write bytes in base64. */
export function toBase64(data: Uint8Array): string {
  let binary = "";
  for (const byte of data) {
    binary += String.fromCharCode(byte);
  }
  return btoa(binary);
}

/** Read base64; throws RangeError where a letter, the padding or a loose bit is not as written. */
export function fromBase64(text: string): Uint8Array {
  const data = /^[A-Za-z0-9+/]*={0,2}$/.test(text) ? decoded(text) : null;
  if (data === null || toBase64(data) !== text) throw new RangeError("no base64");
  return data;
}

function decoded(text: string): Uint8Array | null {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return null;
  }
}
