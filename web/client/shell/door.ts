/**
 * Coming in and going out: who is signed in, whether this browser holds their device.
 *
 * A page opens with what the disk holds and asks afterwards: somebody between two
 * consultations reads at once, with or without a network. After signing out nothing is shown
 * until somebody signs in again.
 */

import type { DeviceId } from "../core/ids.ts";
import type { HttpLine } from "./api.ts";
import { elsewhere } from "./elsewhere.ts";
import { BadAnswer, fields, text } from "./forms.ts";
import { loaded } from "./lazily.ts";
import { replenish } from "./packages.ts";
import {
  type Beginning,
  type Me,
  NotPossible,
  Refused,
  type Standing,
  Unreachable,
} from "./ronde.ts";
import type { Rooms } from "./rooms.ts";
import { Damaged } from "./seal.ts";
import type { Settled, Site } from "./setup.ts";
import { Store, TooNew, forget } from "./store.ts";
import { NAMES, decodeValue, encodeValue } from "./values.ts";

/** This browser once held a device: a store that was evicted is missed. */
const HELD = "ronde.device";
/** Somebody signed out here: nothing is shown before somebody signs in. */
const LOCKED = "ronde.locked";
const REMOVED = "device_taken";
/** In the place of a device's id, with the id: its owner took it from the account elsewhere. */
const TAKEN = "removed ";
/** Somebody went without a network: their session is to be ended first thing. Names nobody. */
const LEAVING = "ronde.leaving";
const WIPE = "wipe";
const UNAUTHORIZED = 401;
/** There is no such session any more. */
const GONE: ReadonlySet<number> = new Set([UNAUTHORIZED, 404]);
/** What an id looks like, as core/ids.ts says: the core is not there yet when one comes to the door. */
const ID = /^[a-z2-7]{26}$/u;
/** How often a device asks whether a coordinator has attested its identity. */
const UNATTESTED_MS = 20_000;

/** Tell whether this browser holds a device whose owner did not sign out. */
export function holdsDevice(): boolean {
  return localStorage.getItem(LOCKED) === null && localStorage.getItem(HELD) !== null;
}

/** What the door needs of the house. */
export type Threshold = {
  readonly line: HttpLine;
  /** What makes the rooms on a store; everything they need is loaded then. */
  readonly rooms: () => Promise<(store: Store) => Rooms>;
  readonly clock: () => number;
  readonly stood: (standing: Standing) => void;
  readonly over: () => void;
  readonly begun: () => void;
  readonly superseded: () => void;
};

/** Who is signed in, and the device that their session speaks for. */
type Answer = Me & { readonly device: DeviceId | null };

export class Door {
  readonly #house: Threshold;
  #rooms: Rooms | null = null;
  #me: Me | null = null;
  #standing: Standing = { kind: "signed-out", removed: false };
  #signedIn = false;
  #ending: Promise<void> | null = null;

  constructor(house: Threshold) {
    this.#house = house;
  }

  get me(): Me | null {
    return this.#me;
  }

  get standing(): Standing {
    return this.#standing;
  }

  get signedIn(): boolean {
    return this.#signedIn;
  }

  /** The open rooms, or null. */
  get rooms(): Rooms | null {
    return this.#rooms;
  }

  /** Show what the disk holds; wait for the server only where it holds no device. */
  async open(): Promise<void> {
    if (localStorage.getItem(LOCKED) !== null) {
      void this.endLeft();
      return;
    }
    const held = localStorage.getItem(HELD) !== null;
    // Where no device ever was, the one thing to know is whether anybody is signed in.
    if (held && !(await this.#unlock())) return;
    if (this.#rooms?.turns.known == null) {
      await this.enter();
      return;
    }
    // Until the server says otherwise: pages open with what is here.
    this.#signedIn = true;
    await this.#standReady(true);
    void this.#greet();
  }

  /** Find out who is signed in, and let them in. */
  async enter(): Promise<void> {
    const me = await this.#whoIsIt();
    if (me === null) {
      this.#findNobody();
      return;
    }
    // Whoever is here now has signed in since: this session is nobody's that was left.
    localStorage.removeItem(LEAVING);
    if (this.#rooms === null && !(await this.#unlock())) return;
    this.#signedIn = true;
    this.#me = me;
    const owner = this.#rooms?.turns.known?.device.professional ?? me.professional;
    if (owner !== me.professional) {
      this.#shut();
      return;
    }
    localStorage.removeItem(LOCKED);
    await this.#rooms?.store.keep(new Map([[NAMES.me, encodeValue(me)]]));
    await this.#admit(me);
  }

  /** Look whether somebody has signed in meanwhile, in another tab. */
  lookAgain(): void {
    if (this.#standing.kind === "ready" && !this.#signedIn) void this.#greet();
  }

  /** Make this browser a device of whoever is signed in. */
  async begin(how: Beginning): Promise<Settled> {
    const me = this.#me ?? (await this.#whoIsIt());
    if (me === null) throw new Unreachable();
    if (this.#standing.kind === "other-account") await this.#empty();
    void navigator.storage.persist?.();
    const { beginDevice } = await settingUp();
    await this.#noteFormer();
    const made = await beginDevice(this.#site, me.professional, how);
    localStorage.setItem(HELD, this.#site.device.turns.session.device.id);
    // Whoever is told that this device is there may add it at once.
    const { line, clock } = this.#house;
    if (made.registered) await replenish(this.#site.device.turns, line, clock);
    await this.#ready(made.registered);
    this.#house.begun();
    return made;
  }

  /** Make a new recovery code. */
  async renewCode(): Promise<string> {
    const { beginBackup } = await settingUp();
    const code = await beginBackup(this.#site);
    await this.#standReady(isRegistered(this.#standing));
    this.#rooms?.sync.backUpSoon();
    return code;
  }

  /** Back up under a code that was made on another device. */
  async takeUpCode(code: string): Promise<void> {
    const { takeUpBackup } = await settingUp();
    await takeUpBackup(this.#site, code);
    await this.standAgain();
    this.#rooms?.sync.backUpSoon();
  }

  /** Tell the standing anew: whether there is a backup is another matter now. */
  async standAgain(): Promise<void> {
    if (this.#standing.kind === "ready") await this.#standReady(this.#standing.registered);
  }

  /** End the session; `wipe` also takes the device from the account and forgets it. */
  async leave({ wipe }: { readonly wipe: boolean }): Promise<void> {
    this.#lock();
    // Should the server not be there, or the window close: it is asked before all else next time.
    localStorage.setItem(LEAVING, wipe ? WIPE : "");
    const forgotten = wipe ? forget() : Promise.resolve();
    await this.endLeft();
    await forgotten;
    if (wipe) localStorage.removeItem(HELD);
    // What the server has browsers clear is this too.
    localStorage.setItem(LOCKED, "1");
    this.#me = null;
    this.#signedIn = false;
    this.#standOut();
    this.#house.begun();
  }

  /** End the session that somebody has left, if there is one; it stays noted where it does not end. */
  async endLeft(): Promise<void> {
    this.#ending ??= this.#endLeft().finally(() => {
      this.#ending = null;
    });
    await this.#ending;
  }

  /** The server knows our session no more: what is here can be read, unless its device is gone. */
  sessionOver(removed: boolean): void {
    const was = this.#signedIn;
    this.#signedIn = false;
    if (was) {
      this.#rooms?.sync.stop();
      this.#rooms?.live.disconnect();
    }
    if (removed) void this.#wiped();
    else if (was) this.#house.over();
  }

  /** A session that has run out is no signing out: what a device here holds can be read on. */
  #findNobody(): void {
    if (this.#rooms?.turns.known == null) this.#standOut();
    else this.sessionOver(false);
  }

  /** What is here is somebody else's: nothing of it is shown, nothing is added to it. */
  #shut(): void {
    this.#lock();
    this.#stand({ kind: "other-account" });
    this.#house.begun();
  }

  /** Show nothing from here on, before anything else: the window may close at any moment. */
  #lock(): void {
    localStorage.setItem(LOCKED, "1");
    this.#rooms?.close();
    this.#rooms = null;
  }

  get #site(): Site {
    if (this.#rooms === null) throw new NotPossible("no_device");
    const { store, device } = this.#rooms;
    return { line: this.#house.line, store, device, clock: this.#house.clock };
  }

  /** Open the store; false where a newer version wrote it. */
  async #unlock(): Promise<boolean> {
    const { rooms, superseded } = this.#house;
    try {
      const [make, store] = await Promise.all([rooms(), this.#opened(superseded)]);
      this.#rooms = make(store);
      await this.#rooms.load();
    } catch (error) {
      if (!(error instanceof TooNew)) throw error;
      this.#stand({ kind: "too-new" });
      return false;
    }
    const held = await this.#rooms.store.value(NAMES.me);
    this.#me = held === null ? null : decodeValue<Me>(held);
    return true;
  }

  /** A store whose key is gone opens nothing any more: it is as lost as an evicted one. */
  async #opened(superseded: () => void): Promise<Store> {
    try {
      return await Store.open(superseded);
    } catch (error) {
      if (!(error instanceof Damaged)) throw error;
      await forget();
      return await Store.open(superseded);
    }
  }

  /** The device that this browser held and lost is gone, whatever else the person still has. */
  async #noteFormer(): Promise<void> {
    const former = (localStorage.getItem(HELD) ?? "").replace(TAKEN, "");
    if (ID.test(former)) await this.#rooms?.noteGone(former as DeviceId);
  }

  async #empty(): Promise<void> {
    this.#rooms?.close();
    await forget();
    const make = await this.#house.rooms();
    this.#rooms = make(await Store.open(this.#house.superseded));
  }

  async #greet(): Promise<void> {
    try {
      await this.enter();
    } catch (error) {
      if (!(error instanceof Unreachable || error instanceof BadAnswer)) throw error;
      this.#goOn();
    }
  }

  /** Ask who is signed in: null for nobody; throws Unreachable where a device is here. */
  async #whoIsIt(): Promise<Answer | null> {
    try {
      return readAnswer(await this.#house.line.ask("GET", "/me"));
    } catch (error) {
      if (!isForNow(error)) throw error;
      if (error instanceof Refused && error.status === UNAUTHORIZED) return null;
      // A server that is ill says nothing about us: what is here stays open.
      if (this.#rooms?.turns.known == null) return null;
      throw new Unreachable();
    }
  }

  async #admit({ device }: Answer): Promise<void> {
    const ours = this.#rooms?.turns.known?.device.id;
    // A session that speaks for our device already need not be told again.
    if (ours !== undefined && ours === device) await this.#ready(true);
    else if (ours !== undefined) await this.#register();
    else await this.#standWithout(localStorage.getItem(HELD) !== null);
  }

  async #register(): Promise<void> {
    try {
      await this.#ready((await this.#rooms?.register()) ?? false);
    } catch (error) {
      if (!(error instanceof Refused) || error.code !== REMOVED) throw error;
      await this.#wiped();
      await this.#standWithout(true);
    }
  }

  /** Its owner took this device from the account: what it holds is not to be read here any more. */
  async #wiped(): Promise<void> {
    const held = localStorage.getItem(HELD) ?? this.#rooms?.turns.known?.device.id ?? null;
    if (held === null || held.startsWith(TAKEN) || localStorage.getItem(LEAVING) === WIPE) return;
    localStorage.setItem(HELD, TAKEN + held);
    this.#me = null;
    if (this.#rooms === null) await forget();
    else await this.#empty();
    this.#house.begun();
    if (!this.#signedIn) this.#standOut();
  }

  async #ready(registered: boolean): Promise<void> {
    await this.#standReady(registered);
    if (registered) this.#goOn();
    else setTimeout(() => void this.#greet(), UNATTESTED_MS);
  }

  #goOn(): void {
    this.#rooms?.live.connect();
    this.#rooms?.sync.start();
  }

  async #standReady(registered: boolean): Promise<void> {
    const session = this.#rooms?.turns.known;
    if (session == null) return;
    const [backup, replaced] = await Promise.all(
      [NAMES.backup, NAMES.replaced].map(async (name) => await this.#rooms?.store.value(name)),
    );
    const code = { backedUp: backup != null, codeReplaced: replaced != null };
    this.#stand({ kind: "ready", device: session.device.id, registered, ...code });
  }

  async #standWithout(lost: boolean): Promise<void> {
    this.#stand({ kind: "no-device", lost, removed: isTaken(), ...(await elsewhere(this.#house.line)) });
  }

  #standOut(): void {
    this.#stand({ kind: "signed-out", removed: isTaken() });
  }

  #stand(standing: Standing): void {
    this.#standing = standing;
    this.#house.stood(standing);
  }

  async #endLeft(): Promise<void> {
    const left = localStorage.getItem(LEAVING);
    if (left === null) return;
    try {
      await this.#end(left === WIPE);
    } catch (error) {
      const over = error instanceof Refused && GONE.has(error.status);
      if (!over && isForNow(error)) return;
      if (!over) throw error;
    }
    localStorage.removeItem(LEAVING);
  }

  /** End the session; to forget the device is to take it from the account too. */
  async #end(wipe: boolean): Promise<void> {
    const { line } = this.#house;
    const { id, device } = fields(await line.ask("GET", "/session"));
    // A plain revocation has the browser wipe nothing.
    if (!wipe) return void (await line.ask("DELETE", `/sessions/${text(id)}`));
    if (typeof device === "string") await line.ask("DELETE", `/devices/${device}`);
    // Where its device was removed the session has ended with it.
    await line.ask("DELETE", "/session");
  }
}

/** What makes this browser a device, or a new code: needed once, loaded when it is. */
async function settingUp(): Promise<typeof import("./setup.ts")> {
  return await loaded(async () => await import("./setup.ts"));
}

/** Read who is signed in; throws BadAnswer: what is nobody must not shut out the owner. */
function readAnswer(told: unknown): Answer {
  const said = fields(told);
  if (!ID.test(text(said.professional))) throw new BadAnswer("nobody");
  return told as Answer;
}

/** What the server refuses, or does not say, leaves what is here as it is. */
function isForNow(error: unknown): boolean {
  return error instanceof Refused || error instanceof Unreachable || error instanceof BadAnswer;
}

/** Tell whether the device that this browser held was taken from its account. */
function isTaken(): boolean {
  return localStorage.getItem(HELD)?.startsWith(TAKEN) === true;
}

function isRegistered(standing: Standing): boolean {
  return standing.kind === "ready" && standing.registered;
}
