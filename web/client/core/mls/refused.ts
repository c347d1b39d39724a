/** What every refusal of the core has in common. */

/** Something was refused, and nothing has moved: the old state is as good as before. */
export class Refused extends Error {}

/** Valid MLS, perhaps, but of a kind that Ronde does not use: refused, never ignored. */
export class OutOfProfile extends Refused {}
