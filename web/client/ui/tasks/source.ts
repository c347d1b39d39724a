/**
 * Tasks of one or of all circles: the cards as the server has them, the words as this device does.
 *
 * The card says who, when and where a task stands, until its words, perhaps far back in the
 * discussion, are opened: from then on what its authors signed stands in the card's place.
 */

import type { CircleId, ProfessionalId, TaskId } from "../../core/ids.ts";
import type { Conversation, Ronde } from "../../shell/ronde.ts";
import { fold } from "../feed/fold.ts";
import { People } from "../feed/people.ts";
import { type Glance, glanceAt } from "../feed/glance.ts";
import { type TaskView, isBelied } from "../feed/tasks.ts";
import type { Listing, MyDay, TaskCard } from "../served.ts";

const PAGE = 200;

/**
 * Where a task is: its circle, the discussion it was given in, and what it says if it is open.
 *
 * `belied`: the server shows another card than the one that was signed.
 */
export type Located = {
  readonly card: TaskCard;
  readonly glance: Glance;
  readonly conversation: Conversation | null;
  readonly words: TaskView | null;
  readonly belied: boolean;
};

export class TaskSource {
  readonly me: ProfessionalId;
  readonly #ronde: Ronde;
  readonly #glances: ReadonlyMap<CircleId, Glance>;
  readonly #conversations: readonly Conversation[];
  #cards: readonly TaskCard[] = [];
  fresh = true;

  private constructor(
    ronde: Ronde,
    me: ProfessionalId,
    glances: ReadonlyMap<CircleId, Glance>,
    conversations: readonly Conversation[],
  ) {
    this.#ronde = ronde;
    this.me = me;
    this.#glances = glances;
    this.#conversations = conversations;
  }

  /** Open one circle's tasks, or those of all circles one is in. */
  static async open(ronde: Ronde, circle: CircleId | null): Promise<TaskSource> {
    const me = ronde.me?.professional;
    if (me === undefined) throw new Error("nobody has ever signed in here");
    const circles = circle === null ? await mine(ronde) : [circle];
    const glances = new Map<CircleId, Glance>();
    const conversations: Conversation[] = [];
    for (const id of circles) {
      const view = await ronde.circle(id);
      glances.set(id, await glanceAt(ronde, id));
      conversations.push(...(await Promise.all(view.channels.map((each) => ronde.conversation(each)))));
    }
    const source = new TaskSource(ronde, me, glances, conversations);
    await source.refresh();
    return source;
  }

  get glances(): readonly Glance[] {
    return [...this.#glances.values()];
  }

  get conversations(): readonly Conversation[] {
    return this.#conversations;
  }

  /** Ask for the cards anew; offline, the last ones. */
  async refresh(): Promise<void> {
    const pages = [...this.#glances.keys()].map((circle) => this.#cardsOf(circle));
    this.#cards = (await Promise.all(pages)).flat();
  }

  /** Every task, with its words where this device has opened them. */
  all(): readonly Located[] {
    const words = new Map<TaskId, { readonly task: TaskView; readonly in: Conversation }>();
    for (const conversation of this.#conversations) {
      for (const task of fold(conversation.entries).tasks.values()) words.set(task.task, { task, in: conversation });
    }
    return this.#cards.flatMap((card): Located[] => {
      const glance = this.#glances.get(card.circle);
      if (glance === undefined) return [];
      const held = words.get(card.id) ?? null;
      const conversation = held?.in ?? this.#conversations.find((each) => each.channel === card.channel) ?? null;
      if (held === null) return [{ card, glance, conversation, words: null, belied: false }];
      const belied = isBelied(held.task, card, held.in.head);
      return [{ card: signed(card, held.task), glance, conversation, words: held.task, belied }];
    });
  }

  /** Open what lies further back until every task has its words; `drawn` after each step. */
  async findWords(drawn: () => void, signal: AbortSignal): Promise<void> {
    for (const conversation of this.#conversations) {
      const missing = (): boolean =>
        this.all().some((each) => each.conversation === conversation && each.words === null);
      while (!signal.aborted && conversation.more && missing()) {
        await conversation.older(PAGE);
        drawn();
      }
    }
  }

  people(circle: CircleId): People {
    return this.#glances.get(circle)?.people ?? new People([]);
  }

  async #cardsOf(circle: CircleId): Promise<readonly TaskCard[]> {
    const cards: TaskCard[] = [];
    let after: string | null = "";
    while (after !== null) {
      const path: string = `/circles/${circle}/tasks?after=${after}`;
      const read: { value: Listing<TaskCard>; fresh: boolean } = await this.#ronde.api.read(path);
      cards.push(...read.value.items);
      this.fresh = read.fresh;
      after = read.value.next;
    }
    return cards;
  }
}

function signed(card: TaskCard, { author, state, due, assignees, document }: TaskView): TaskCard {
  return { ...card, author, state, assignees, due: due || null, document: document || null };
}

async function mine(ronde: Ronde): Promise<readonly CircleId[]> {
  const { value } = await ronde.api.read<MyDay>("/day");
  return value.circles.map((each) => each.id);
}
