/** Professionals with an identity key and a device, and a circle whose chain one of them writes. */
import { Device, newIdentity } from "../../../web/client/core/identity.ts";
import type { CircleId, DeviceId, ProfessionalId } from "../../../web/client/core/ids.ts";
import { newId } from "../../../web/client/core/ids.ts";
import { admit, dismiss, found, verifyChain } from "../../../web/client/core/membership.ts";
import type { Roster } from "../../../web/client/core/membership.ts";
import type { KeyPair } from "../../../web/client/core/mls/suite.ts";
import { HistoryGrant } from "../../../web/client/core/statement.ts";

export const NOW = Date.UTC(2026, 10, 22, 9, 0);

export type Person = {
  readonly professional: ProfessionalId;
  readonly identity: KeyPair;
  readonly device: Device;
};

export async function person(): Promise<Person> {
  const professional = newId() as ProfessionalId;
  const identity = await newIdentity();
  const device = await Device.enrol(identity, professional, newId() as DeviceId, { now: NOW });
  return { professional, identity, device };
}

/** A membership chain that its coordinator writes as the test goes on. */
export class Circle {
  readonly id: CircleId;
  readonly coordinator: Person;
  chain: readonly Uint8Array[];

  private constructor(id: CircleId, coordinator: Person, chain: readonly Uint8Array[]) {
    this.id = id;
    this.coordinator = coordinator;
    this.chain = chain;
  }

  static async found(): Promise<Circle> {
    const coordinator = await person();
    const id = newId() as CircleId;
    const signing = { signer: coordinator.device, now: NOW };
    const first = await found(id, coordinator.identity.public, signing);
    return new Circle(id, coordinator, [first.encode()]);
  }

  /** Another chain with the same beginning: what only its coordinator could write. */
  fork(length = this.chain.length): Circle {
    return new Circle(this.id, this.coordinator, this.chain.slice(0, length));
  }

  roster(): Promise<Roster> {
    return verifyChain(this.chain, this.id);
  }

  async add(
    member: Person,
    history = new HistoryGrant(),
    role = "physiotherapist",
  ): Promise<void> {
    const statement = await admit(await this.roster(), member.professional, {
      role,
      identityKey: member.identity.public,
      history,
      signer: this.coordinator.device,
      now: NOW,
    });
    this.chain = [...this.chain, statement.encode()];
  }

  async remove(member: Person): Promise<void> {
    const signing = { signer: this.coordinator.device, now: NOW };
    const statement = await dismiss(await this.roster(), member.professional, signing);
    this.chain = [...this.chain, statement.encode()];
  }
}
