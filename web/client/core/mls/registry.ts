/** The numbers of RFC 9420: its enumerations and the IANA registries it opened (section 17). */

export const PROTOCOL_LABEL = "MLS 1.0 ";

/** Versions of the protocol. */
export const ProtocolVersion = { MLS10: 1 } as const;
export type ProtocolVersion = (typeof ProtocolVersion)[keyof typeof ProtocolVersion];

/** What an MLSMessage holds: section 17.2. */
export const WireFormat = {
  PUBLIC_MESSAGE: 1,
  PRIVATE_MESSAGE: 2,
  WELCOME: 3,
  GROUP_INFO: 4,
  KEY_PACKAGE: 5,
} as const;
export type WireFormat = (typeof WireFormat)[keyof typeof WireFormat];

/** What a framed content holds: section 6. */
export const ContentType = { APPLICATION: 1, PROPOSAL: 2, COMMIT: 3 } as const;
export type ContentType = (typeof ContentType)[keyof typeof ContentType];

/** Who sent a framed content: section 6. */
export const SenderType = {
  MEMBER: 1,
  EXTERNAL: 2,
  NEW_MEMBER_PROPOSAL: 3,
  NEW_MEMBER_COMMIT: 4,
} as const;
export type SenderType = (typeof SenderType)[keyof typeof SenderType];

/** How a leaf came into the tree: section 7.2. */
export const LeafNodeSource = { KEY_PACKAGE: 1, UPDATE: 2, COMMIT: 3 } as const;
export type LeafNodeSource = (typeof LeafNodeSource)[keyof typeof LeafNodeSource];

/** The two kinds of node in a ratchet tree: section 7.8. */
export const NodeType = { LEAF: 1, PARENT: 2 } as const;
export type NodeType = (typeof NodeType)[keyof typeof NodeType];

/** The default proposals: section 17.4. */
export const ProposalType = {
  ADD: 1,
  UPDATE: 2,
  REMOVE: 3,
  PSK: 4,
  REINIT: 5,
  EXTERNAL_INIT: 6,
  GROUP_CONTEXT_EXTENSIONS: 7,
} as const;
export type ProposalType = (typeof ProposalType)[keyof typeof ProposalType];

/** How a commit names a proposal: section 12.4. */
export const ProposalOrRefType = { PROPOSAL: 1, REFERENCE: 2 } as const;
export type ProposalOrRefType = (typeof ProposalOrRefType)[keyof typeof ProposalOrRefType];

/** The extensions that RFC 9420 defines: section 17.3. */
export const ExtensionType = {
  APPLICATION_ID: 1,
  RATCHET_TREE: 2,
  REQUIRED_CAPABILITIES: 3,
  EXTERNAL_PUB: 4,
  EXTERNAL_SENDERS: 5,
} as const;
export type ExtensionType = (typeof ExtensionType)[keyof typeof ExtensionType];

/** The kinds of credential: section 17.5. */
export const CredentialType = { BASIC: 1, X509: 2 } as const;
export type CredentialType = (typeof CredentialType)[keyof typeof CredentialType];

/** Extension types that every client knows, so that no capability list names them. */
export const DEFAULT_EXTENSIONS: ReadonlySet<number> = new Set(Object.values(ExtensionType));

/** Proposal types that every client knows, so that no capability list names them. */
export const DEFAULT_PROPOSALS: ReadonlySet<number> = new Set(Object.values(ProposalType));
