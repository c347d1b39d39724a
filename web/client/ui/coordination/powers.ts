/** What somebody's role lets them do in the office; the server decides, this only shows what it would allow. */

export type Powers = {
  /** Keep the register of children. */
  readonly children: boolean;
  /** Consent, inclusion, circles, conventions and identities. */
  readonly decide: boolean;
  /** Register and invite people. */
  readonly people: boolean;
};

/** The powers of a role. */
export function powersOf(role: string | undefined): Powers {
  return {
    children: role === "coordinator" || role === "secretary",
    decide: role === "coordinator",
    people: role === "coordinator" || role === "administrator",
  };
}
