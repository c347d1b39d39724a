/** The directory by id: names and standings for pages that show them beside something else. */

import type { ProfessionalId } from "../../core/ids.ts";
import type { Ronde } from "../../shell/ronde.ts";
import { People } from "../feed/people.ts";
import { professionWord } from "../nomenclature.ts";
import { fullName } from "../parts/avatar.ts";
import { Paged } from "./paged.ts";
import type { Colleague } from "./served.ts";

export const PROFESSIONALS = "/coordination/professionals";
export const CHILDREN = "/coordination/children";

/** Everybody of the network, as the office looks at them. */
export async function colleaguesOf(ronde: Ronde, signal: AbortSignal): Promise<readonly Colleague[]> {
  return await new Paged<Colleague>(ronde, PROFESSIONALS).all(signal);
}

/** One of the network, asked for anew. */
export async function colleagueOf(ronde: Ronde, id: ProfessionalId): Promise<Colleague> {
  return (await ronde.api.read<Colleague>(`${PROFESSIONALS}/${id}`)).value;
}

/** The same people, as the parts of a circle's pages know them. */
export function peopleAmong(colleagues: readonly Colleague[]): People {
  return new People(
    colleagues.map((each) => ({
      id: each.id,
      given: each.given_name,
      family: each.family_name,
      role: each.role,
      profession: professionWord(each.profession, each.role),
      convention: each.convention,
      // Here everybody is on the word of the server alone.
      voucher: null,
    })),
  );
}

/** The word by which a membership statement names what the server says somebody is. */
export function seatOf({ role, profession }: Pick<Colleague, "role" | "profession">): string {
  return role === "coordinator" ? role : (profession ?? "");
}

/** The physicians of the network, to choose a referring one among. */
export function physicians(colleagues: readonly Colleague[]): readonly Colleague[] {
  return colleagues
    .filter((each) => each.profession === "physician" && each.account !== "closed")
    .sort((one, other) => one.family_name.localeCompare(other.family_name, "fr"));
}

/** A colleague's name and profession in one line. */
export function colleagueLine(colleague: Colleague): string {
  return `${fullName(colleague)}, ${professionWord(colleague.profession, colleague.role).toLocaleLowerCase()}`;
}
