/**
 * A circle on its way: who was chosen, how far each of them has come, and going on from there.
 *
 * Nothing of how far it is is remembered here: it is read from the circle's chain and from the
 * discussion's members, so that a reload in the middle shows what is still to do. Only the
 * choice itself is kept, as a draft.
 */

import { fromBase64 } from "../../core/base64.ts";
import type { ChannelId, CircleId, ProfessionalId } from "../../core/ids.ts";
import { equal } from "../../core/mls/suite.ts";
import { HistoryGrant } from "../../core/statement.ts";
import { type CircleView, type Conversation, Refused, type Ronde, Unreachable } from "../../shell/ronde.ts";
import type { ChildHeader, CircleGlance } from "../served.ts";
import { hasSeat, obstacleOf, unknownWarrant } from "./admission.ts";
import { seatOf } from "./people.ts";
import type { Colleague } from "./served.ts";

/** `joining` gives nothing of what was said before. */
export type Past = "all" | "joining";

export type Phase =
  /** Chosen, and not yet of the circle. */
  | "chosen"
  /** Of the circle; their device is to be brought into the discussion. */
  | "admitted"
  /** Of the circle, without a device. */
  | "deviceless"
  | "inside"
  /** Their identity was attested anew since: they must come in again. */
  | "changed"
  /** Released; their devices are still to be taken out of the discussion. */
  | "leaving";

/** `seat` is what the circle's chain says they are, null while it says nothing. */
export type Standing = {
  readonly id: ProfessionalId;
  readonly phase: Phase;
  readonly fault: string | null;
  readonly seat: string | null;
};

type Draft = { readonly chosen: readonly ProfessionalId[]; readonly past: Past };

export class Composition {
  readonly child: ChildHeader;
  readonly colleagues: ReadonlyMap<ProfessionalId, Colleague>;
  readonly #ronde: Ronde;
  readonly #faults = new Map<ProfessionalId, string>();
  #circle: CircleId | null;
  #view: CircleView | null = null;
  #glance: CircleGlance | null = null;
  #conversations: readonly Conversation[] = [];
  #chosen: readonly ProfessionalId[] = [];
  #past: Past = "all";

  private constructor(ronde: Ronde, child: ChildHeader, colleagues: readonly Colleague[]) {
    this.#ronde = ronde;
    this.child = child;
    this.#circle = child.circle;
    this.colleagues = new Map(colleagues.map((each) => [each.id, each] as const));
  }

  /** Read how far a child's circle is. */
  static async open(ronde: Ronde, child: ChildHeader, colleagues: readonly Colleague[]): Promise<Composition> {
    const made = new Composition(ronde, child, colleagues);
    const draft = await ronde.draft<Draft>(made.#key);
    made.#chosen = draft?.chosen ?? made.#foreseen();
    made.#past = draft?.past ?? "all";
    await made.refresh();
    return made;
  }

  /** Whom a new circle begins with: the child's physician, if they can come in. */
  #foreseen(): readonly ProfessionalId[] {
    const physician = this.child.referring_physician;
    const known = physician === null ? undefined : this.colleagues.get(physician);
    if (this.#circle !== null || known === undefined || known.id === this.#ronde.me?.professional) return [];
    const able = hasSeat(known) && obstacleOf(known, unknownWarrant(this.#ronde, this.colleagues)) === null;
    return able ? [known.id] : [];
  }

  get circle(): CircleId | null {
    return this.#circle;
  }

  get glance(): CircleGlance | null {
    return this.#glance;
  }

  get closed(): boolean {
    return (this.#glance?.closed_at ?? null) !== null;
  }

  /** Who was chosen and is not yet of the circle. */
  get chosen(): readonly ProfessionalId[] {
    return this.#chosen.filter((each) => this.#view?.roster.active.has(each) !== true);
  }

  get past(): Past {
    return this.#past;
  }

  /** False for a circle that another coordinator keeps. */
  get isOurs(): boolean {
    const me = this.#ronde.me?.professional;
    if (this.#circle === null) return true;
    return me !== undefined && this.#view !== null && this.#view.roster.coordinators.has(me);
  }

  /** Choose somebody, or not any more. */
  async choose(professional: ProfessionalId, chosen: boolean): Promise<void> {
    const others = this.#chosen.filter((each) => each !== professional);
    this.#chosen = chosen ? [...others, professional] : others;
    await this.#keep();
  }

  async giveThePast(past: Past): Promise<void> {
    this.#past = past;
    await this.#keep();
  }

  /** How far everybody has come. */
  standings(): readonly Standing[] {
    const active = this.#view?.roster.active;
    const members = [...(active?.keys() ?? [])].map((id) => this.#standing(id));
    const chosen = this.chosen.map((id) => this.#said(id, "chosen"));
    const inside = new Set(this.#ours().flatMap((each) => each.members.map((member) => member.professional)));
    const leaving = [...inside].filter((id) => active?.has(id) !== true).map((id) => this.#said(id, "leaving"));
    return [...members, ...chosen, ...leaving];
  }

  /** How many steps are still to be done, none where the circle stands as it should. */
  get left(): number {
    const lacking = this.#circle !== null && this.isOurs && this.#view?.channels.length === 0 ? 1 : 0;
    return lacking + this.standings().filter((each) => each.phase === "admitted" || each.phase === "leaving").length;
  }

  /** Read the chain, the discussion and the members from the server. */
  async refresh(): Promise<void> {
    if (this.#circle === null) return;
    const { value } = await this.#ronde.api.read<CircleGlance>(`/circles/${this.#circle}/members`);
    this.#glance = value;
    const me = this.#ronde.me?.professional;
    if (!value.members.some((each) => each.professional === me)) return;
    this.#view = await this.#ronde.circle(this.#circle);
    this.#conversations = await Promise.all(this.#view.channels.map((each) => this.#ronde.conversation(each)));
    await Promise.all(this.#conversations.map((each) => each.refresh()));
  }

  /** Do everything that is still to do; a person who cannot come in now does not hold up the others. */
  async goOn(drawn: (done: number, all: number) => void): Promise<void> {
    this.#faults.clear();
    const coming = this.chosen;
    const all = 2 + 2 * coming.length;
    let done = 0;
    const step = (): void => drawn((done += 1), all);
    const circle = (this.#circle ??= await this.#ronde.coordination.openCircle(this.child.id));
    await this.refresh();
    step();
    for (const professional of coming) {
      await this.#admit(circle, professional);
      step();
    }
    await this.refresh();
    if (this.#view?.channels.length === 0) await this.#ronde.coordination.openChannel(circle);
    await this.refresh();
    step();
    await this.#bringIn(step);
    await this.refresh();
    await this.#keep();
  }

  /** Let somebody go: the word first, then their devices. */
  async release(professional: ProfessionalId): Promise<void> {
    if (this.#circle === null) return;
    await this.#ronde.coordination.release(this.#circle, professional);
    await this.refresh();
  }

  /** Let somebody in again whose identity was attested anew, with the past they had. */
  async bringBack(professional: ProfessionalId): Promise<void> {
    if (this.#circle === null) return;
    const history = this.#view?.roster.active.get(professional)?.history ?? new HistoryGrant();
    await this.#ronde.coordination.release(this.#circle, professional);
    await this.#ronde.coordination.admit(this.#circle, professional, { history, ...this.#confirmed(professional) });
    await this.refresh();
    await this.#bringIn(() => undefined);
    await this.refresh();
  }

  /** Close the circle for good. */
  async close(): Promise<void> {
    await this.#ronde.api.ask("POST", `/circles/${this.#circle ?? ""}/closure`);
    await this.refresh();
  }

  get #key(): string {
    return `compose/${this.child.id}`;
  }

  async #keep(): Promise<void> {
    this.#chosen = this.chosen;
    const draft: Draft | null = this.#chosen.length === 0 ? null : { chosen: this.#chosen, past: this.#past };
    await this.#ronde.saveDraft(this.#key, draft);
  }

  async #admit(circle: CircleId, professional: ProfessionalId): Promise<void> {
    if (this.#view?.roster.active.has(professional) === true) return;
    const history = new HistoryGrant(this.#past);
    const said = this.#confirmed(professional);
    await this.#attempt(professional, async () => this.#ronde.coordination.admit(circle, professional, { history, ...said }));
  }

  /** What was shown of somebody, which is what is signed. */
  #confirmed(professional: ProfessionalId): { readonly role?: string } {
    const colleague = this.colleagues.get(professional);
    return colleague === undefined ? {} : { role: seatOf(colleague) };
  }

  async #bringIn(step: () => void): Promise<void> {
    const left = this.standings().filter((each) => each.phase === "admitted");
    for (const { id } of left) {
      for (const channel of this.#channels()) {
        await this.#attempt(id, async () => this.#ronde.coordination.addMembers(channel, [id]));
      }
      step();
    }
    if (this.standings().some((each) => each.phase === "leaving")) {
      for (const channel of this.#channels()) await this.#ronde.coordination.removeDevices(channel, []);
    }
  }

  /** Do something for one person; a refusal is theirs, an absent server is everybody's. */
  async #attempt(professional: ProfessionalId, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (error instanceof Unreachable || (error instanceof Refused && error.status === 401)) throw error;
      const { whyNot } = await import("./why_not.ts");
      this.#faults.set(professional, whyNot(error));
    }
  }

  #standing(id: ProfessionalId): Standing {
    const ours = this.#ours();
    const inside = ours.length > 0 && ours.every((each) => each.members.some((member) => member.professional === id));
    if (this.#isChanged(id)) return this.#said(id, "changed");
    if (inside) return this.#said(id, "inside");
    return this.#said(id, (this.colleagues.get(id)?.devices ?? 0) > 0 ? "admitted" : "deviceless");
  }

  #isChanged(id: ProfessionalId): boolean {
    const seat = this.#view?.roster.active.get(id);
    const attested = this.#glance?.members.find((each) => each.professional === id)?.attestation;
    if (seat === undefined || attested === null || attested === undefined) return false;
    return !equal(seat.identityKey, fromBase64(attested.identity_key));
  }

  #said(id: ProfessionalId, phase: Phase): Standing {
    const seat = this.#view?.roster.active.get(id)?.role ?? null;
    return { id, phase, fault: this.#faults.get(id) ?? null, seat };
  }

  #ours(): readonly Conversation[] {
    return this.#conversations.filter((each) => each.phase === "member");
  }

  #channels(): readonly ChannelId[] {
    return this.#ours().map((each) => each.channel);
  }
}
