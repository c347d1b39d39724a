/** Who a leaf says it is: RFC 9420, section 5.3. */

import type { Reader, Writer } from "./codec.ts";
import { OutOfProfile } from "./refused.ts";
import { CredentialType } from "./registry.ts";

/**
 * A basic credential: identity bytes that the application alone understands.
 *
 * It proves nothing. In Ronde the identity holds a certificate, and the `allow` hook
 * is the authentication service that checks it (protocol R1, R2).
 */
export class Credential {
  /** The one kind we use. */
  readonly type = CredentialType.BASIC;
  declare readonly identity: Uint8Array;

  constructor(given: { readonly identity: Uint8Array }) {
    Object.assign(this, given);
  }

  /** Append the wire form. */
  write(writer: Writer): void {
    writer.uint16(this.type).opaque(this.identity);
  }

  /** Take the wire form. Throws OutOfProfile: X.509, or a kind from after RFC 9420. */
  static read(this: void, reader: Reader): Credential {
    if (reader.uint16() !== CredentialType.BASIC) {
      throw new OutOfProfile("a credential that is not basic");
    }
    return new Credential({ identity: reader.opaque() });
  }
}
