/** Where one's own sessions are: asked by whoever wants to know if there are any, without the rest. */

export const MY_FORFAITS = "/forfaits/mine";
/** What waits on this device, among its drafts. */
export const WAITING_CLAIMS = "care-claims";
