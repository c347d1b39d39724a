/**
 * Files of messages: refused before they are read, sealed before they leave (R8).
 *
 * Only types that people send each other and that no browser runs are let through; what
 * arrives under another name becomes bytes without a type.
 */

import { BadAttachment, MAX_SIZE, open, seal } from "../core/attachment.ts";
import type { BlobId, ChannelId } from "../core/ids.ts";
import type { HttpLine } from "./api.ts";
import { isPassing } from "./device.ts";
import { blurred, isPicture, reencode } from "./images.ts";
import type { Parcels } from "./parcels.ts";
import {
  type AttachOptions,
  type Descriptor,
  type Files,
  NotPossible,
  Refused,
  type Stroke,
  Unreachable,
} from "./ronde.ts";

/** A photo is drawn anew and grows smaller; what a phone makes today fits in here. */
const LARGEST_PICTURE = 40 * 1024 * 1024;
/** In UTF-16 units, of which none takes more than three of the 200 bytes that a name may have. */
const LONGEST_NAME = 66;
const UNNAMED = "application/octet-stream";

const ENDINGS: ReadonlyMap<string, string> = new Map(Object.entries({
  csv: "text/csv",
  dcm: "application/dicom",
  doc: "application/msword",
  docx: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
  heic: "image/heic",
  heif: "image/heif",
  jpeg: "image/jpeg",
  jpg: "image/jpeg",
  m4a: "audio/mp4",
  mov: "video/quicktime",
  mp3: "audio/mpeg",
  mp4: "video/mp4",
  odp: "application/vnd.oasis.opendocument.presentation",
  ods: "application/vnd.oasis.opendocument.spreadsheet",
  odt: "application/vnd.oasis.opendocument.text",
  ogg: "audio/ogg",
  pdf: "application/pdf",
  png: "image/png",
  pptx: "application/vnd.openxmlformats-officedocument.presentationml.presentation",
  rtf: "application/rtf",
  txt: "text/plain",
  wav: "audio/wav",
  webm: "video/webm",
  webp: "image/webp",
  xls: "application/vnd.ms-excel",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}));
const KNOWN: ReadonlySet<string> = new Set(ENDINGS.values());

type Bytes = Uint8Array<ArrayBuffer>;
type FetchOptions = {
  readonly progress?: ((done: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
};

export class SealedFiles implements Files {
  readonly #line: HttpLine;
  /** Files on their way; throws NotPossible `no_device`. */
  readonly #parcels: () => Parcels;

  constructor(line: HttpLine, parcels: () => Parcels) {
    this.#line = line;
    this.#parcels = parcels;
  }

  async check(file: File): Promise<void> {
    checkFile(file);
  }

  async attach(file: File, options: AttachOptions): Promise<Descriptor> {
    const { type } = checkFile(file);
    const picture = isPicture(type) ? await reencode(file, file.name) : null;
    const out = picture?.file ?? file;
    if (out.size > MAX_SIZE) throw new NotPossible("file_too_large");
    const { sealed, ...sealing } = await seal(new Uint8Array(await out.arrayBuffer()));
    const blob = await this.#leave(sealed, options);
    return {
      blob,
      ...sealing,
      type: picture?.file.type ?? type,
      name: nameOf(out),
      width: picture?.width ?? null,
      height: picture?.height ?? null,
    };
  }

  async fetchAttachment(
    channel: ChannelId,
    descriptor: Descriptor,
    { progress, signal }: FetchOptions = {},
  ): Promise<File> {
    const kept = await this.#parcels().bytes(descriptor.blob);
    const sealed = kept ?? (await this.#fetched(channel, descriptor, { progress, signal }));
    try {
      const plain = await open(sealed, descriptor);
      return new File([plain], savedName(descriptor), { type: safeType(descriptor.type) });
    } catch (error) {
      if (error instanceof BadAttachment) throw new NotPossible("attachment_damaged");
      throw error;
    }
  }

  /** Keep it, then send it: what cannot leave now leaves before its entry does. */
  async #leave(sealed: Bytes, options: AttachOptions): Promise<BlobId> {
    const parcels = this.#parcels();
    const parcel = parcels.make(options.channel, options.entry);
    const kept = await isKept(parcels.keep(parcel, sealed));
    try {
      await parcels.upload(parcel, sealed, options);
      if (kept) await parcels.noteSent(parcel);
    } catch (error) {
      if (kept && isForNow(error)) return parcel.blob;
      await parcels.drop([parcel]);
      throw error;
    }
    return parcel.blob;
  }

  async #fetched(
    channel: ChannelId,
    { blob, size }: Descriptor,
    { progress, signal }: FetchOptions,
  ): Promise<Uint8Array> {
    const asked = signal === undefined ? {} : { signal };
    const response = await this.#line.send("GET", `/channels/${channel}/blobs/${blob}`, {}, asked);
    return await received(response, size, progress);
  }

  async blur(picture: Blob, strokes: readonly Stroke[]): Promise<File> {
    return await blurred(picture, strokes, picture instanceof File ? picture.name : "photo");
  }
}

/** Say what a file is, or throw NotPossible; nothing of it is read. */
export function checkFile(file: Pick<File, "name" | "type" | "size">): { readonly type: string } {
  const type = typeOfFile(file);
  if (file.size === 0) throw new NotPossible("file_empty");
  if (type === null) throw new NotPossible("file_type");
  if (file.size > (isPicture(type) ? LARGEST_PICTURE : MAX_SIZE)) {
    throw new NotPossible("file_too_large");
  }
  return { type };
}

/** A file's type, if it is one that may be sent: by its ending, which is what its reader opens. */
function typeOfFile({ name, type }: Pick<File, "name" | "type">): string | null {
  const told = (type.split(";")[0] ?? "").trim().toLowerCase();
  const ending = endingOf(name);
  if (ending !== null) return ENDINGS.get(ending) ?? (isPicture(told) ? told : null);
  return isPicture(told) || KNOWN.has(told) ? told : null;
}

function endingOf(name: string): string | null {
  return /\.([a-z0-9]+)$/u.exec(name.toLowerCase())?.[1] ?? null;
}

/** The name under which a received file is saved: no machine runs what has such an ending. */
export function savedName({ name, type }: Pick<Descriptor, "name" | "type">): string {
  const visible = nameOf({ name });
  if (ENDINGS.has(endingOf(visible) ?? "")) return visible;
  const [ending] = [...ENDINGS].find(([, each]) => each === type) ?? ["bin"];
  return `${visible}.${ending}`;
}

/** The type under which a received file may be opened here. */
export function safeType(type: string): string {
  return isPicture(type) || KNOWN.has(type) ? type : UNNAMED;
}

/** A name without a path, signs that cannot be seen, or more than a line shows. */
export function nameOf({ name }: Pick<File, "name">): string {
  const visible = name.normalize("NFC").replace(/[\p{Cc}\p{Cf}\u2028\u2029/\\]/gu, "_").trim();
  if (visible.length <= LONGEST_NAME) return visible === "" ? "fichier" : visible;
  const ending = /\.[a-z0-9]{1,8}$/iu.exec(visible)?.[0] ?? "";
  return visible.slice(0, LONGEST_NAME - ending.length) + ending;
}

function isForNow(error: unknown): boolean {
  return error instanceof Unreachable || (error instanceof Refused && isPassing(error));
}

/** A disk that is full keeps nothing, but stops nobody who has a network. */
async function isKept(keeping: Promise<void>): Promise<boolean> {
  try {
    await keeping;
    return true;
  } catch (error) {
    if (error instanceof NotPossible && error.code === "storage_full") return false;
    throw error;
  }
}

async function received(
  response: Response,
  size: number,
  progress?: (done: number) => void,
): Promise<Uint8Array> {
  if (progress === undefined || response.body === null) {
    return new Uint8Array(await response.arrayBuffer());
  }
  const parts: BlobPart[] = [];
  let done = 0;
  const reader = response.body.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    parts.push(part.value);
    done += part.value.length;
    progress(Math.min(1, done / Math.max(1, size)));
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}
