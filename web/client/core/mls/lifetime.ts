/** How long a key package may be used: RFC 9420, section 7.2, and protocol R12. */

import type { Reader, Writer } from "./codec.ts";
import { Refused } from "./refused.ts";

/** A moment: milliseconds since 1970, UTC. */
export type Moment = number;

/** The longest lifetime that Ronde accepts, in milliseconds: 90 days. */
export const LONGEST = 90 * 24 * 60 * 60 * 1000;

const SLOW_CLOCK = 60 * 60 * 1000;

/** A key package is used before or after its time. */
export class Expired extends Refused {}

/** A key package claims more time than the application grants. */
export class LivesTooLong extends Refused {}

/** Both ends in whole seconds since 1970, UTC; both included. */
export class Lifetime {
  declare readonly notBefore: bigint;
  declare readonly notAfter: bigint;

  constructor(given: { readonly notBefore: bigint; readonly notAfter: bigint }) {
    Object.assign(this, given);
  }

  /** Count a lifetime from an hour ago, for those whose clock is slow. */
  static starting(this: void, now: Moment, length: number = LONGEST): Lifetime {
    const notBefore = seconds(now - SLOW_CLOCK);
    return new Lifetime({ notBefore, notAfter: notBefore + seconds(length) });
  }

  /** Append the wire form. */
  write(writer: Writer): void {
    writer.uint64(this.notBefore).uint64(this.notAfter);
  }

  /** Take the wire form. */
  static read(this: void, reader: Reader): Lifetime {
    return new Lifetime({ notBefore: reader.uint64(), notAfter: reader.uint64() });
  }
}

type Policy = {
  readonly now: Moment | null;
  readonly longest?: number;
  readonly expires?: boolean;
};

/**
 * What is asked of the lifetime in a leaf.
 *
 * `now` is the moment the leaf is used: for a message from the log, the moment the log
 * took it, so that a client which catches up after months judges like everybody else;
 * without it the length alone is judged. With `expires` false, what is over is accepted:
 * a member who was silent since its key package expired is still a member, and must not
 * keep newcomers from joining.
 */
export class LifetimePolicy {
  declare readonly now: Moment | null;
  readonly longest: number = LONGEST;
  readonly expires: boolean = true;

  constructor(given: Policy) {
    Object.assign(this, given);
  }

  /**
   * Accept a lifetime.
   *
   * Throws LivesTooLong: it is longer than the policy's longest. Expired: the moment of
   * use is not within it.
   */
  check(lifetime: Lifetime): void {
    const length = lifetime.notAfter - lifetime.notBefore;
    if (length < 0n || length > seconds(this.longest)) {
      throw new LivesTooLong();
    }
    if (this.now === null) {
      return;
    }
    const moment = seconds(this.now);
    if (moment < lifetime.notBefore || (this.expires && moment > lifetime.notAfter)) {
      throw new Expired();
    }
  }
}

function seconds(milliseconds: number): bigint {
  return BigInt(Math.trunc(milliseconds / 1000));
}
