/**
 * The parts of contents: the steps of a task, the files of a message (R8).
 *
 * A file lies sealed in a blob that the server keeps; all that is known of it, its name
 * too, is said here, inside the author's signature.
 */

import { toBase64 } from "./base64.ts";
import {
  BadContent,
  Fields,
  flagOf,
  idOf,
  keyOf,
  listOf,
  numberOf,
  textOf,
} from "./content_fields.ts";
import type { BlobId } from "./ids.ts";

const MAX_CHECKLIST = 50;
const MAX_STEP = 200;
export const MAX_ATTACHMENTS = 10;
const MAX_SIZE = 10 << 20;
const MAX_MEDIA_TYPE = 100;
const MAX_NAME = 200;
/** The longest side of an image, in pixels. */
const MAX_SIDE = 65_535;

// RFC 6838, section 4.2, in lower case, as browsers tell it, and without parameters.
const MEDIA_TYPE = /^[a-z0-9][a-z0-9!#$&^_.+-]*\/[a-z0-9][a-z0-9!#$&^_.+-]*$/;

/** One step of a task. */
export type ChecklistItem = { readonly text: string; readonly done: boolean };

/**
 * A sealed file: `size` counts its plain bytes, `sha256` is over the sealed ones.
 *
 * Key and hash are 32 bytes long; `width` and `height` are an image's, in pixels.
 */
export type Attachment = {
  readonly blob: BlobId;
  readonly key: Uint8Array;
  readonly size: number;
  readonly sha256: Uint8Array;
  readonly type: string;
  readonly name: string;
  readonly width: number | null;
  readonly height: number | null;
};

/** Read the steps of a task out of a body. */
export const readChecklist = listOf(readStep, MAX_CHECKLIST);

/** Read the files of a message out of a body. */
export const readAttachments = listOf(readAttachment, MAX_ATTACHMENTS);

/** Return an attachment as it stands in a body. */
export function plainAttachment({ blob, size, type, name, ...more }: Attachment): object {
  const { width, height } = more;
  const [key, sha256] = [toBase64(more.key), toBase64(more.sha256)];
  return { blob, key, size, sha256, type, name, width, height };
}

/** Return a step as it stands in a body. */
export function plainStep({ text, done }: ChecklistItem): object {
  return { text, done };
}

function readStep(value: unknown): ChecklistItem {
  const fields = new Fields(value);
  const text = fields.take("text", textOf(MAX_STEP, 1));
  const item = { text, done: fields.take("done", flagOf) };
  fields.end();
  return item;
}

function readAttachment(value: unknown): Attachment {
  const fields = new Fields(value);
  const attachment = {
    blob: fields.take("blob", idOf<BlobId>),
    key: fields.take("key", keyOf),
    size: fields.take("size", numberOf(0, MAX_SIZE)),
    sha256: fields.take("sha256", keyOf),
    type: fields.take("type", readMediaType),
    name: fields.take("name", textOf(MAX_NAME, 1)),
    width: fields.maybe("width", numberOf(1, MAX_SIDE)),
    height: fields.maybe("height", numberOf(1, MAX_SIDE)),
  };
  fields.end();
  return attachment;
}

function readMediaType(value: unknown): string {
  const text = textOf(MAX_MEDIA_TYPE, 1)(value);
  if (!MEDIA_TYPE.test(text)) throw new BadContent("a media type of another shape");
  return text;
}
