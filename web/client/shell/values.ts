/** Plain values in the sealed store: JSON, by a name that holds ids and no words. */

type Bytes = Uint8Array<ArrayBuffer>;

/** Write a value; what JSON cannot say is a fault of ours. */
export function encodeValue(value: unknown): Bytes {
  return new TextEncoder().encode(JSON.stringify(value));
}

/** Read what `encodeValue` wrote. */
export function decodeValue<T>(data: Bytes): T {
  return JSON.parse(new TextDecoder().decode(data)) as T;
}

/** The names under which values lie. */
export const NAMES = {
  me: "me",
  parked: "parked/",
  waiting: "waiting/",
  warning: "warning/",
  fork: "fork/",
  mark: "mark/",
  draft: "draft/",
  kept: "kept/",
  backup: "backup",
  paid: "paid",
  replaced: "replaced",
  renewed: "renewed/",
  gone: "gone",
  anchors: "anchors",
  parcel: "parcel/",
  file: "file/",
} as const;
