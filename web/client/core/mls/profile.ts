/** What Ronde uses of MLS; the rest is refused when met, never ignored (protocol, "The core"). */

import { ProposalRef } from "./commit.ts";
import type { Extension } from "./extensions.ts";
import type { AuthenticatedContent } from "./framing.ts";
import { Add, ExternalInit, Remove } from "./proposal.ts";
import type { SentProposal } from "./proposal_list.ts";
import type { RatchetTree } from "./ratchet_tree.ts";
import { OutOfProfile, Refused } from "./refused.ts";
import { ExtensionType, SenderType, WireFormat } from "./registry.ts";
import { standsTwice } from "./suite.ts";

/** Extensions that may stand in the context of a group of ours. */
export const GROUP_EXTENSIONS: ReadonlySet<number> = new Set([
  ExtensionType.REQUIRED_CAPABILITIES,
]);

/** Far above what one change of a circle needs; each costs two signatures to check. */
export const MAX_PROPOSALS = 512;

/** One client would stand at two leaves. */
export class ClientTwice extends Refused {}

/**
 * Return the proposals of a commit of the kind we use.
 *
 * Throws OutOfProfile: it came encrypted, carries data of its own, names a proposal by
 * reference, proposes something other than Add, Remove and ExternalInit, or proposes
 * without end. Malformed: it is no commit.
 */
export function proposalsOf(message: AuthenticatedContent): readonly SentProposal[] {
  const { authenticatedData, sender } = message.content;
  if (message.wireFormat !== WireFormat.PUBLIC_MESSAGE) {
    throw new OutOfProfile("a handshake that is not a PublicMessage");
  }
  if (authenticatedData.length > 0) {
    throw new OutOfProfile("a commit with data of its own");
  }
  const leaf = sender.type === SenderType.MEMBER ? sender.index : null;
  const { proposals } = message.commit();
  if (proposals.length > MAX_PROPOSALS) {
    throw new OutOfProfile("more proposals than any circle needs");
  }
  return proposals.map((proposal) => {
    if (proposal instanceof ProposalRef) {
      throw new OutOfProfile("a proposal by reference");
    }
    if (![Add, Remove, ExternalInit].some((kind) => proposal instanceof kind)) {
      throw new OutOfProfile("a proposal that we do not use");
    }
    return { proposal, sender: leaf };
  });
}

/**
 * Accept the extensions of a group context.
 *
 * Throws OutOfProfile: one of them is not among those we use: external senders, say.
 */
export function checkExtensions(extensions: readonly Extension[]): void {
  if (!extensions.every((each) => GROUP_EXTENSIONS.has(each.type))) {
    throw new OutOfProfile("a group with an extension that we do not use");
  }
}

/**
 * Accept a tree in which each client, known by its credential, stands once.
 *
 * Throws ClientTwice: two leaves say they are the same client.
 */
export function checkClients(tree: RatchetTree): void {
  if (standsTwice(Array.from(tree.members(), ([, node]) => node.credential.identity))) {
    throw new ClientTwice();
  }
}
