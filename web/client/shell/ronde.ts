/**
 * What the pages may ask of the shell, and nothing else: types, two errors, no code.
 *
 * `start()` of start.ts gives the one `Ronde` of a tab. Everything that it shows has been
 * persisted before; every value is a snapshot, replaced and never changed: on an event, read
 * again and draw what differs.
 */

import type { Content, ContentType } from "../core/content.ts";
import type {
  ChannelId,
  ChildId,
  CircleId,
  DeviceId,
  EntryId,
  ProfessionalId,
} from "../core/ids.ts";
import type { Roster } from "../core/membership.ts";
import type { Card } from "../core/session/log.ts";
import type { Concern } from "../core/session/effects.ts";
import type { HistoryGrant } from "../core/statement.ts";

/** Milliseconds since 1970, UTC. */
export type Moment = number;

/** One field that a form got wrong, as the server's problem names it. */
export type FieldError = { readonly field: string; readonly message: string };

/** The server said no; `code` is the problem's stable code. */
export class Refused extends Error {
  override readonly name = "Refused";
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly errors: readonly FieldError[];
  /** Seconds to wait, where the server named them (429). */
  readonly retryAfter: number | null;

  /** Whose move it is now, where the server said: a coordinator's, a physician's, one's own. */
  readonly mendedBy: string | null;
  /** What would be granted in its place, where the server said; its shape is that of the refusal. */
  readonly instead: unknown;

  constructor(problem: Pick<Refused, "status" | "code"> & Partial<Pick<Refused, "title" | "detail" | "errors" | "retryAfter" | "mendedBy" | "instead">>) {
    super(`${problem.status} ${problem.code}`);
    this.status = problem.status;
    this.code = problem.code;
    this.title = problem.title ?? "";
    this.detail = problem.detail ?? "";
    this.errors = problem.errors ?? [];
    this.retryAfter = problem.retryAfter ?? null;
    this.mendedBy = problem.mendedBy ?? null;
    this.instead = problem.instead ?? null;
  }
}

/** The server does not answer; what was to be sent waits in the outbox. */
export class Unreachable extends Error {
  override readonly name = "Unreachable";
}

/** What this device refuses before anything leaves it; `code` says why, for a catalog. */
export class NotPossible extends Error {
  override readonly name = "NotPossible";
  readonly code: NotPossibleCode;

  constructor(code: NotPossibleCode) {
    super(code);
    this.code = code;
  }
}

export type NotPossibleCode =
  | "file_too_large" // more than 10 MiB, said before it is read
  | "file_empty"
  | "file_type" // a type that no browser shows safely
  | "image_unreadable"
  | "attachment_damaged" // its bytes are not those that the author signed
  | "wrong_code" // a recovery code that opens nothing, or is mistyped
  | "no_backup"
  | "no_identity_key" // they have no device yet, or nobody attested their key
  | "not_that_key" // the server shows another key than the one read out
  | "not_that_role" // the server says now that somebody is something else than was confirmed
  | "not_that_account" // this browser holds somebody else's device
  | "no_device" // this browser holds no device yet
  | "not_in_channel"
  | "too_long"
  | "storage_full"; // the browser gives no more room: nothing was kept, nothing was sent

export type AskOptions = {
  /** If-Match: the version that was read. */
  readonly version?: number;
  /** Idempotency-Key: the same answer again to the same request. */
  readonly key?: string;
  readonly signal?: AbortSignal;
};

export interface Api {
  /**
   * Ask the server for something under /api/v1 and give the JSON of its answer (null if none).
   *
   * Throws Refused (the server's problem) or Unreachable. A 401 also says `session-over`,
   * except to the sign-in itself.
   */
  ask<T = unknown>(
    method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE",
    path: string,
    body?: unknown,
    options?: AskOptions,
  ): Promise<T>;
  /**
   * GET, kept sealed on the device: the fresh answer, or offline the last one (`fresh` false).
   *
   * Throws Unreachable where nothing was kept.
   */
  read<T = unknown>(path: string): Promise<{ readonly value: T; readonly fresh: boolean }>;
  /** The last answer that `read` kept, at once, without asking: to draw before it comes. */
  kept<T = unknown>(path: string): Promise<T | null>;
}

/** The account's own person, as GET /me says. */
export type Me = {
  readonly professional: ProfessionalId;
  readonly account: string;
  readonly given_name: string;
  readonly family_name: string;
  readonly email: string;
  readonly role: string;
  readonly language: "fr" | "en";
};

/** Where this browser stands; the router shows sign-in, set-up or the pages by it. */
export type Standing =
  /** `removed`: the device of this browser was taken from its account, and wiped. */
  | { readonly kind: "signed-out"; readonly removed: boolean }
  | {
      readonly kind: "no-device";
      /** This browser held a device and lost its store: evicted, or wiped. */
      readonly lost: boolean;
      /** Its owner took the device from the account elsewhere: what it held was wiped. */
      readonly removed: boolean;
      /** The professional has devices elsewhere: a new identity would be seen by all. */
      readonly others: boolean;
      /** A backup waits on the server: the recovery code opens it. */
      readonly recoverable: boolean;
    }
  /** The device in this browser is another professional's: sign out and wipe, or sign in as them. */
  | { readonly kind: "other-account" }
  /** The store was written by a newer version: reload the page. */
  | { readonly kind: "too-new" }
  /** A device is here and what it holds can be read, even with the session over or offline. */
  | {
      readonly kind: "ready";
      readonly device: DeviceId;
      /**
       * The server knows the device. False for a moment after `begin`, and for long after
       * `begin({kind: "lost"})`: until a coordinator attests `device.identityKey()`.
       */
      readonly registered: boolean;
      /** There is a recovery code; without one, offer `device.renewCode()`. */
      readonly backedUp: boolean;
      /** Another device made a new code: ask for it, and give it to `device.takeUpCode()`. */
      readonly codeReplaced: boolean;
    };

export type Status = {
  /** The live connection stands. */
  readonly online: boolean;
  /** Somebody is signed in; false after `session-over` until `signedIn`. */
  readonly signedIn: boolean;
  readonly syncing: boolean;
  /** The server said what no server of ours would say: nothing of it was taken, and it is asked again. */
  readonly confused: boolean;
  /** Entries that wait in the outbox, over all channels. */
  readonly waiting: number;
  /** Entries that the server refused for good, over all channels. */
  readonly parked: number;
  /** What somebody should look into and nobody has dismissed, newest last. */
  readonly warnings: readonly Warning[];
  /** A newer version of the pages waits: reload when convenient. */
  readonly update: boolean;
};

/** Something that cannot happen among honest parties. `detail` is a stable code. */
export type Warning = {
  readonly id: string;
  readonly at: Moment;
  readonly kind: Concern;
  readonly channel: ChannelId | null;
  readonly seq: number | null;
  readonly professional: ProfessionalId | null;
  readonly device: DeviceId | null;
  readonly detail: string;
};

export type Events = {
  standing: Standing;
  status: Status;
  /** A circle's roster or list of channels changed; null: the list of circles. */
  circle: { readonly circle: CircleId | null };
  /** Something in the channel is to be redrawn: read its conversation again. */
  channel: { readonly channel: ChannelId };
  mark: { readonly channel: ChannelId };
  presence: { readonly channel: ChannelId };
  warning: Warning;
  "session-over": null;
};

export type Author = { readonly professional: ProfessionalId; readonly device: DeviceId };

/** What an entry turned out to be. */
export type Inside =
  | {
      readonly kind: "content";
      readonly type: ContentType;
      readonly content: Content;
      /** Something is odd about its place: entries of the author's before it are missing. */
      readonly notice: string | null;
    }
  /** Signed by a member, of a type that this version does not know. */
  | { readonly kind: "unknown"; readonly type: string }
  /** It could not be checked: shown by its place alone, never as text. */
  | { readonly kind: "fault"; readonly fault: string }
  /** No key for it (yet): it becomes content when somebody hands the key on. */
  | { readonly kind: "no-key" }
  /** Devices came into the channel or left it; people, each once. */
  | {
      readonly kind: "members";
      readonly added: readonly ProfessionalId[];
      readonly removed: readonly ProfessionalId[];
    };

/** One place of a channel's feed. */
export type ShownEntry = {
  readonly id: EntryId;
  /** The place in the log; null while it waits, and until the log has shown it. */
  readonly seq: number | null;
  /** The server's time, or ours while it waits. */
  readonly at: Moment;
  /** The proven author; for a fault or no key only who the server says sent it, if known. */
  readonly author: Author | null;
  /** The author coordinated the circle, by as much of its chain as they had seen. */
  readonly coordinates: boolean;
  readonly inside: Inside;
  readonly thread: EntryId | null;
  /** The clear card beside it, where there is one. */
  readonly card: Card | null;
  readonly state: "waiting" | "sent" | "parked";
  /** Why it is parked: the server's code. */
  readonly code: string | null;
};

/** How far somebody has got, over all their devices. */
export type Mark = { readonly delivered: number; readonly read: number };

export type MemberDevice = Author & {
  /** The epoch they came in. */
  readonly since: number;
};

/** Why a channel sends nothing for now, or what one should know of it. */
export type Trouble = {
  /**
   * `ghost`: a device that no statement justifies is in the group, or somebody tried to add one.
   * `forked`: a device stands in another group, what one writes waits; `parted`: others' did.
   */
  readonly kind: "ghost" | "forked" | "parted" | "chain" | "removed";
  readonly warning: Warning | null;
};

export type PostOptions = {
  readonly card?: Card | null;
  readonly thread?: EntryId | null;
  /** An id of `newEntry()`, for which attachments were uploaded. */
  readonly entry?: EntryId;
};

export interface Conversation {
  readonly channel: ChannelId;
  readonly circle: CircleId;
  readonly phase: "waiting" | "member" | "removed";
  /**
   * What is open now, oldest first: the newest window of the log, then what waits or is parked.
   * Edits, deletions, reactions and task changes are entries like others: the page folds them.
   */
  readonly entries: readonly ShownEntry[];
  /** The log goes on before `entries[0]`. */
  readonly more: boolean;
  /** The log's last place that this device has, 0 for none. */
  readonly head: number;
  /** Our own read mark: what is behind it is new. */
  readonly read: number;
  /** Colleagues' marks; ours is `read`. */
  readonly marks: ReadonlyMap<ProfessionalId, Mark>;
  readonly present: readonly ProfessionalId[];
  readonly members: readonly MemberDevice[];
  readonly trouble: Trouble | null;
  /** Open up to `n` earlier entries (25 unless told), in slices that never hold the page up. */
  older(n?: number): Promise<void>;
  /** Open back to an entry, for a link or a reply; false if the log has none of that id. */
  reach(entry: EntryId): Promise<boolean>;
  /**
   * Seal, persist, show as waiting, send. Resolves once it is persisted: it cannot be lost.
   *
   * Throws NotPossible (`not_in_channel`, `too_long`).
   */
  post(content: Content, options?: PostOptions): Promise<EntryId>;
  /** Send a parked entry again, as a new one behind what waits. */
  retry(id: EntryId): Promise<EntryId>;
  /** Drop a parked entry; a waiting one may be in the log already and is not dropped. */
  discard(id: EntryId): Promise<void>;
  /** Say that everything up to a place was on screen; safe to call at every scroll. */
  markRead(seq: number): Promise<void>;
  /** The 30 digits that all members see alike (R3); null before we are in. */
  circleCode(): string | null;
  /** Read the log from the server now. */
  refresh(): Promise<void>;
  /** Where devices stand in two groups: read on, come in anew if need be, and ask them again. */
  reconcile(): Promise<void>;
}

/** A coordinator whose word about others this device takes, by their identity key. */
export type Voucher = { readonly professional: ProfessionalId; readonly identityKey: Uint8Array };

/** What the device knows of a circle, from its verified chain. */
export type CircleView = {
  readonly id: CircleId;
  readonly roster: Roster;
  readonly channels: readonly ChannelId[];
  /** Places behind our read mark, over all channels. */
  readonly unread: number;
};

/** What a signed message says of a sealed file: it goes into `Message.attachments`. */
export type Descriptor = import("../core/content.ts").Attachment;

export type AttachOptions = {
  readonly channel: ChannelId;
  /** The entry that will carry it: `newEntry()`, then `post(…, {entry})`. */
  readonly entry: EntryId;
  /** From 0 to 1. */
  readonly progress?: (done: number) => void;
  readonly signal?: AbortSignal;
};

/** A brush stroke in the picture's own pixels. */
export type Stroke = {
  readonly radius: number;
  readonly points: readonly (readonly [x: number, y: number])[];
};

export interface Files {
  /**
   * Refuse at once what cannot be sent: an empty file, too large, or of a type that is refused.
   *
   * Throws NotPossible; reads nothing of the file.
   */
  check(file: File): Promise<void>;
  /**
   * Seal a file, keep it and upload it; a picture is re-encoded, so nothing of its EXIF is left.
   *
   * Without a network it is uploaded before the entry that carries it is sent.
   */
  attach(file: File, options: AttachOptions): Promise<Descriptor>;
  /** Fetch, check and open, under a name that can be saved; throws NotPossible `attachment_damaged`. */
  fetchAttachment(
    channel: ChannelId,
    descriptor: Descriptor,
    options?: { progress?: (done: number) => void; signal?: AbortSignal },
  ): Promise<File>;
  /** Re-encode a picture (at most 2048 px), with brushed regions blurred beyond return. */
  blur(picture: Blob, strokes: readonly Stroke[]): Promise<File>;
}

export type SearchHit = {
  readonly channel: ChannelId;
  readonly circle: CircleId;
  readonly entry: ShownEntry;
};

export type Beginning =
  /** The first device: a new identity. */
  | { readonly kind: "new" }
  /** A device was lost, the recovery code is at hand: the same identity, everything readable. */
  | {
      readonly kind: "restore";
      readonly code: string;
      /** The person says that it takes the place of all that they had: those leave. */
      readonly replaces?: boolean;
    }
  /** Everything is lost: a new identity, loudly; colleagues hand history on. */
  | { readonly kind: "lost" };

/** The device in this browser, and starting one. */
export interface DeviceSetUp {
  /**
   * Make this browser a device; the server hears of it after it is persisted.
   *
   * `code` is the recovery code to show and print once; null where the one used stays good,
   * and after `lost` as long as no coordinator has attested the new identity.
   * Throws NotPossible (`wrong_code`, `no_backup`), Refused, Unreachable.
   */
  begin(how: Beginning): Promise<{ readonly code: string | null }>;
  /** Our identity key (hex), to be read out to a coordinator; null before there is one here. */
  identityKey(): string | null;
  /** Make a new recovery code; the old one opens nothing from then on. */
  renewCode(): Promise<string>;
  /** Back up under the code that another device made; throws NotPossible (`wrong_code`, `no_backup`). */
  takeUpCode(code: string): Promise<void>;
  /** Remove one of our devices: from the account, then from every channel we are in. */
  remove(device: DeviceId): Promise<void>;
  /** Devices of ours that sit in our channels and that our account does not hold: to be asked about. */
  unlisted(listed: readonly DeviceId[]): readonly DeviceId[];
}

/** What coordinators do with their device. */
export interface Coordination {
  /** Sign that an identity key is theirs; `seen` (hex) is the key read out face to face. */
  attest(professional: ProfessionalId, options?: { seen?: string }): Promise<void>;
  /** The identity key (hex) that a professional's devices are certified by, to read out. */
  identityKey(professional: ProfessionalId): Promise<string>;
  openCircle(child: ChildId): Promise<CircleId>;
  openChannel(circle: CircleId): Promise<ChannelId>;
  /** Sign somebody in as `role`, the word that the coordinator was shown; else the server's. */
  admit(
    circle: CircleId,
    professional: ProfessionalId,
    options?: { history?: HistoryGrant; role?: string },
  ): Promise<void>;
  /**
   * Admit and add to all channels of the circle that we are in; whoever sits there under an
   * identity that is attested no more is released first.
   */
  welcome(circle: CircleId, professional: ProfessionalId): Promise<void>;
  release(circle: CircleId, professional: ProfessionalId): Promise<void>;
  addMembers(channel: ChannelId, professionals: readonly ProfessionalId[]): Promise<void>;
  /** Remove devices from a channel's group; those off the roster go without being named. */
  removeDevices(channel: ChannelId, devices: readonly DeviceId[]): Promise<void>;
}

export interface Ronde {
  readonly me: Me | null;
  readonly standing: Standing;
  readonly status: Status;
  readonly api: Api;
  readonly device: DeviceSetUp;
  readonly files: Files;
  readonly coordination: Coordination;
  /** Circles that this device verified and is in, in no order. */
  readonly circles: readonly CircleView[];

  on<K extends keyof Events>(event: K, handler: (news: Events[K]) => void): () => void;

  /** To be called after POST /sessions (or a confirmation) has set the cookie. */
  signedIn(): Promise<void>;
  /** End the session; `wipe` also forgets the device and all it holds. */
  signOut(options: { readonly wipe: boolean }): Promise<void>;

  /** Fetch a circle's chain and channels and verify them; offline, what the device holds. */
  circle(circle: CircleId): Promise<CircleView>;
  /** The one conversation of a channel, its newest window open; throws NotPossible if unknown. */
  conversation(channel: ChannelId): Promise<Conversation>;
  newEntry(): EntryId;
  /** Load the newer release that `status.update` speaks of. */
  update(): Promise<void>;
  /** Read everything that is new, everywhere. */
  synchronise(): Promise<void>;

  /** The coordinators that this device saw first, and those they lead to: nobody else vouches. */
  readonly vouchers: readonly Voucher[];
  /** Was a key of a colleague's ever seen here? */
  knowsKey(professional: ProfessionalId): boolean;
  /** The key (hex) by which a coordinator admitted a colleague, where it is not the one pinned here. */
  changedKey(professional: ProfessionalId): string | null;
  /**
   * The 60 digits to compare with a colleague (R3); null if no key of theirs was ever seen.
   *
   * `identityKey` (hex) asks for those that they would be under another key than the pinned one.
   */
  safetyNumber(professional: ProfessionalId, identityKey?: string): Promise<string | null>;
  /** Pin a changed identity key, because two people compared their numbers. */
  acceptIdentity(professional: ProfessionalId, identityKey: string): Promise<void>;
  dismissWarning(id: string): Promise<void>;

  /** Drafts are sealed, survive reload, crash and an expired session; null clears. */
  draft<T>(key: string): Promise<T | null>;
  saveDraft(key: string, value: unknown): Promise<void>;

  /** Look through what the device holds, newest first; resolves when done or aborted. */
  search(
    text: string,
    onHit: (hit: SearchHit) => void,
    options?: { channel?: ChannelId; signal?: AbortSignal },
  ): Promise<void>;
}
