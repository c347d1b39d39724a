/** Who said what and who waits for the past: what a channel's members remember of each other. */

import { AuthorChain } from "../author.ts";
import { readCount, readId, writeCount, writeText } from "../canonical.ts";
import type { Member } from "../entry.ts";
import type { Tenure } from "../history.ts";
import type { DeviceId, ProfessionalId } from "../ids.ts";
import type { Reader, Writer } from "../mls/codec.ts";

/**
 * Whose chain of entries it is. A certificate is its professional's word alone, who could
 * give a device of theirs the name of another's: so the professional is part of the key.
 */
export type Author = `${ProfessionalId} ${DeviceId}`;

export type Chains = ReadonlyMap<Author, AuthorChain>;

/**
 * A newcomer that nobody has handed the past to yet, and whose turn it is.
 *
 * All members keep this alike, from the log alone: if the giver is removed first, they
 * agree on the next one.
 */
export class Awaiting {
  declare readonly recipient: DeviceId;
  declare readonly giver: DeviceId;
  declare readonly since: number;

  constructor(given: Pick<Awaiting, "recipient" | "giver" | "since">) {
    Object.assign(this, given);
  }

  /** Append the wire form. */
  write(writer: Writer): void {
    writeText(writer, this.recipient);
    writeText(writer, this.giver);
    writeCount(writer, this.since);
  }

  /** Take the wire form. */
  static read(this: void, reader: Reader): Awaiting {
    return new Awaiting({
      recipient: readId(reader),
      giver: readId(reader),
      since: readCount(reader),
    });
  }
}

/** Find who held a leaf at an epoch. */
export function holder(tenures: readonly Tenure[], epoch: number, leaf: number): Member | null {
  const last = tenures.findLast((tenure) => tenure.leaf === leaf && tenure.spans(epoch));
  return last === undefined ? null : last.member();
}

/** Name an author. */
export function authorOf(member: Pick<Member, "professional" | "device">): Author {
  return `${member.professional} ${member.device}`;
}

/** Append author chains, sorted by author. */
export function writeChains(writer: Writer, chains: Chains): void {
  const sorted = [...chains].toSorted(([one], [other]) => (one < other ? -1 : 1));
  writer.vector(
    sorted.map(([author, chain]) => ({ write: (inner) => writeChain(inner, author, chain) })),
  );
}

/** Take what `writeChains` wrote. */
export function readChains(reader: Reader): Chains {
  return new Map(reader.vector(readChain));
}

function writeChain(writer: Writer, author: Author, chain: AuthorChain): void {
  for (const id of author.split(" ")) {
    writeText(writer, id);
  }
  writer.put(chain);
}

function readChain(reader: Reader): [Author, AuthorChain] {
  const professional = readId<ProfessionalId>(reader);
  const device = readId<DeviceId>(reader);
  return [authorOf({ professional, device }), AuthorChain.read(reader)];
}
