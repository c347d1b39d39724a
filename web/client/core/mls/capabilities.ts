/** What a client says it can do: RFC 9420, section 7.2. */

import type { Reader, Writer } from "./codec.ts";
import type { RequiredCapabilities } from "./extensions.ts";
import {
  CredentialType,
  DEFAULT_EXTENSIONS,
  DEFAULT_PROPOSALS,
  ProtocolVersion,
} from "./registry.ts";

type Numbers = {
  readonly versions: readonly number[];
  readonly cipherSuites: readonly number[];
  readonly extensions: readonly number[];
  readonly proposals: readonly number[];
  readonly credentials: readonly number[];
};

/** Numbers of what a client supports; numbers unknown to us are kept and ignored. */
export class Capabilities {
  declare readonly versions: readonly number[];
  declare readonly cipherSuites: readonly number[];
  declare readonly extensions: readonly number[];
  declare readonly proposals: readonly number[];
  declare readonly credentials: readonly number[];

  constructor(given: Numbers) {
    Object.assign(this, given);
  }

  /** Append the wire form. */
  write(writer: Writer): void {
    writer.uint16s(this.versions).uint16s(this.cipherSuites).uint16s(this.extensions);
    writer.uint16s(this.proposals).uint16s(this.credentials);
  }

  /** Take the wire form. */
  static read(this: void, reader: Reader): Capabilities {
    return new Capabilities({
      versions: reader.uint16s(),
      cipherSuites: reader.uint16s(),
      extensions: reader.uint16s(),
      proposals: reader.uint16s(),
      credentials: reader.uint16s(),
    });
  }

  /** Tell whether an extension may be used with this client: listed, or known to all. */
  supportExtension(kind: number): boolean {
    return DEFAULT_EXTENSIONS.has(kind) || this.extensions.includes(kind);
  }

  /** Tell whether a group's requirements are met: section 11.1. */
  satisfy(required: RequiredCapabilities): boolean {
    const proposals = new Set([...DEFAULT_PROPOSALS, ...this.proposals]);
    return (
      required.extensions.every((kind) => this.supportExtension(kind)) &&
      required.proposals.every((kind) => proposals.has(kind)) &&
      required.credentials.every((kind) => this.credentials.includes(kind))
    );
  }
}

/** List what this core supports in one suite, and nothing it does not. */
export function ours(suite: number): Capabilities {
  return new Capabilities({
    versions: [ProtocolVersion.MLS10],
    cipherSuites: [suite],
    extensions: [],
    proposals: [],
    credentials: [CredentialType.BASIC],
  });
}
