/** What a malicious server, or a member with a modified client, puts into a log. */
import { Bundle } from "../../../web/client/core/bundle.ts";
import { Entry, Envelope, seal } from "../../../web/client/core/entry.ts";
import { Past, seal as sealPast } from "../../../web/client/core/history.ts";
import { credentialIdentity, newIdentity } from "../../../web/client/core/identity.ts";
import type { DeviceId, EntryId } from "../../../web/client/core/ids.ts";
import { newId } from "../../../web/client/core/ids.ts";
import { Credential } from "../../../web/client/core/mls/credential.ts";
import { Group } from "../../../web/client/core/mls/group.ts";
import type { KeyPackage } from "../../../web/client/core/mls/key_package.ts";
import { newKeyPackage } from "../../../web/client/core/mls/key_package.ts";
import { Lifetime } from "../../../web/client/core/mls/lifetime.ts";
import { SUITE_1 } from "../../../web/client/core/mls/suite.ts";
import type { Item } from "../../../web/client/core/session/log.ts";
import { makePackage } from "../../../web/client/core/session/packages.ts";
import * as sessions from "../../../web/client/core/session/session.ts";
import type { Person } from "./session_people.ts";
import { NOW, person } from "./session_people.ts";
import type { Client } from "./session_relay.ts";
import type { House } from "./session_scene.ts";

type Change = { readonly adds?: readonly KeyPackage[]; readonly removes?: readonly number[] };

export async function groupOf(client: Client): Promise<Group> {
  const { group } = client.state;
  if (group === null) throw new Error("in no group");
  return group.awake();
}

/** What a member with a modified client commits, past all checks of its own. */
export async function putCommit(house: House, by: Client, change: Change): Promise<Item> {
  const { adds = [], removes = [] } = change;
  const { commit, welcome, group } = await (await groupOf(by)).commit(adds, removes, { now: NOW });
  const keyPackages = adds.map((one) => one.reference());
  const groupInfo = await group.groupInfo();
  const bundle = new Bundle({ commit, welcome, groupInfo, keyPackages });
  return house.relay.put(by.id, house.asked("commit", by.epoch, bundle.encode()));
}

/** What somebody with a modified client commits from outside. */
export async function putEntrance(house: House, who: Person, leaf: number | null): Promise<void> {
  const { groupInfo } = Bundle.decode(house.relay.newest.body);
  const own = await makePackage(who.device, { now: NOW });
  const { commit, group } = await Group.external(groupInfo, own, leaf, () => {}, NOW);
  const bundle = new Bundle({ commit, groupInfo: await group.groupInfo() });
  const epoch = Number(group.epoch) - 1;
  house.relay.put(who.device.id, house.asked("commit", epoch, bundle.encode()));
}

/** Key packages that no client may let in, in the name of somebody who may come. */
export const GHOSTS = {
  uncertified: () => packageFor(new TextEncoder().encode("eve")),
  "off the roster": async () =>
    (await makePackage((await person()).device, { now: NOW })).keyPackage,
  "with another's certificate": (who: Person) =>
    packageFor(credentialIdentity(who.device.certificate)),
  "in another's name": async (who: Person) => {
    const id = newId() as DeviceId;
    const impostor = await sessions.enrol(await newIdentity(), who.professional, id, { now: NOW });
    return (await makePackage(impostor.device, { now: NOW })).keyPackage;
  },
};

async function packageFor(identity: Uint8Array): Promise<KeyPackage> {
  const key = await SUITE_1.generateSignatureKey();
  const credential = new Credential({ identity });
  return (await newKeyPackage(SUITE_1, credential, key, Lifetime.starting(NOW))).keyPackage;
}

type Lies = Partial<Pick<Entry, "leaf" | "counter" | "circleLength" | "professional">>;

/** Put an entry in an author's place into the log, signed with anybody's key. */
export async function putEntry(
  house: House,
  author: Client,
  signer: Client,
  { lies = {}, sender = signer }: { lies?: Lies; sender?: Client } = {},
): Promise<Item> {
  const { state } = author;
  const current = state.epochs.at(-1);
  if (current === undefined) throw new Error("in no epoch");
  const entry = new Entry({
    channel: state.id,
    epoch: current.epoch,
    professional: author.person.professional,
    leaf: (await groupOf(author)).leaf,
    id: newId() as EntryId,
    type: "message",
    thread: null,
    previous: state.ownHead,
    counter: state.ownCounter + 1,
    circleLength: house.circle.chain.length,
    circleHead: (await house.circle.roster()).head,
    body: new TextEncoder().encode("forged"),
    ...lies,
  });
  const signatureKey = signer.person.device.signatureKey.private;
  const body = (await seal(entry, { key: current.key, signatureKey })).encode();
  const { id, epoch } = Envelope.decode(body);
  return house.relay.put(sender.id, { ...house.asked("entry", epoch, body), id });
}

/** Put a past into the log, whoever has the right to give it. */
export async function putPast(
  house: House,
  giver: Person,
  recipient: Client,
  past: Pick<Past, "epochs" | "tenures">,
): Promise<void> {
  const { certificate } = recipient.person.device;
  const { channel, epoch } = house.relay;
  const given = { channel, recipient: certificate, giver: giver.device };
  const bundle = await sealPast(new Past(past), given);
  house.relay.put(giver.device.id, house.asked("history", epoch, bundle.encode()));
}
