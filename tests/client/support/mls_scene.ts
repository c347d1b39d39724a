/** A circle under attack: who is lied to, what is true, and that a lie moves nothing. */
import assert from "node:assert/strict";

import type { Group } from "../../../web/client/core/mls/group.ts";
import { PublicGroup } from "../../../web/client/core/mls/public_group.ts";
import { encode } from "../../../web/client/core/mls/codec.ts";
import type { Allow } from "../../../web/client/core/mls/public_state.ts";
import { NOW, accept, circleOf } from "./mls_actors.ts";
import type { Circle } from "./mls_actors.ts";
import { Forger } from "./mls_forge.ts";

/** A class of error, or several of which one will do. */
export type Errors = Kind | readonly Kind[];
type Kind = abstract new (...given: never[]) => Error;

/** Five members: Ana has made a true commit, Eve (leaf 4) lies, the others are lied to. */
export class Scene {
  readonly circle: Circle;
  readonly service: PublicGroup;
  readonly commit: Uint8Array;
  readonly after: Group;

  constructor(given: Pick<Scene, "circle" | "service" | "commit" | "after">) {
    this.circle = given.circle;
    this.service = given.service;
    this.commit = given.commit;
    this.after = given.after;
  }

  /** The insider who lies, with her real keys. */
  get eve(): Forger {
    return Forger.inside(this.circle.at(4));
  }

  /** Ben, Cleo and Dora. */
  get victims(): readonly Group[] {
    return [1, 2, 3].map((leaf) => this.circle.at(leaf));
  }

  /**
   * Sees that all refuse a lie, that nothing moves, and that the truth still gets through.
   *
   * `service` says whether the delivery service can see the lie without secrets.
   */
  async refuse(
    lie: Uint8Array,
    errors: Errors,
    { allow = accept, service = true }: { allow?: Allow; service?: boolean } = {},
  ): Promise<void> {
    for (const victim of this.victims) {
      const before = victim.encode();
      await refused(victim.process(lie, allow, NOW), errors);
      assert.deepEqual(victim.encode(), before);
      const moved = await victim.process(this.commit, accept, NOW);
      assert.deepEqual(moved.authenticator, this.after.authenticator);
    }
    const before = encode(this.service.state.context);
    if (service) await refused(this.service.process(lie, allow, NOW), errors);
    assert.deepEqual(encode(this.service.state.context), before);
    const moved = await this.service.process(this.commit, accept, NOW);
    assert.deepEqual(encode(moved.state.context), encode(this.after.state.context));
  }
}

/** Sees that something is refused, and for what. */
export async function refused(happens: Promise<unknown>, errors: Errors): Promise<void> {
  const kinds: readonly Kind[] = Array.isArray(errors) ? errors : [errors as Kind];
  await assert.rejects(happens, (error: unknown) => {
    const named = kinds.map((kind) => kind.name).join(" or ");
    assert.ok(
      kinds.some((kind) => error instanceof kind),
      `${named} expected, not ${String(error)} ${(error as Error).constructor.name}`,
    );
    return true;
  });
}

/** Sets the scene; Ana's true commit renews her keys. */
export async function scene(): Promise<Scene> {
  const circle = await circleOf(5);
  const service = await PublicGroup.fromGroupInfo(await circle.at(0).groupInfo());
  const { commit, group } = await circle.at(0).commit([], [], { now: NOW });
  return new Scene({ circle, service, commit, after: group });
}
