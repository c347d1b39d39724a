/**
 * Pictures on their way out: drawn anew, so that nothing but what is seen leaves the device.
 *
 * EXIF tells where and by which phone a photo was taken; a canvas knows only pixels. What is
 * brushed over is averaged away before it is drawn, never covered by something that lifts off.
 */

import { NotPossible, type Stroke } from "./ronde.ts";

const LONGEST = 2048;
const QUALITY = 0.85;
/** Blocks across the longest side: coarse enough that no face or name is left in one. */
const BLOCKS = 24;

export type Picture = {
  readonly file: File;
  readonly width: number;
  readonly height: number;
};

/** Tell whether a file is a picture that is drawn anew before it leaves. */
export function isPicture(type: string): boolean {
  return /^image\/(?:jpeg|png|webp|gif|avif|heic|heif|bmp)$/u.test(type);
}

/** Draw a picture anew, at most 2048 px on its longest side; throws NotPossible. */
export async function reencode(file: Blob, name = "photo"): Promise<Picture> {
  const bitmap = await decoded(file);
  try {
    const canvas = canvasFor(bitmap);
    context(canvas).drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    return await written(canvas, file.type, name);
  } finally {
    bitmap.close();
  }
}

/** Draw a picture anew with brushed regions averaged away; strokes are in its own pixels. */
export async function blurred(file: Blob, strokes: readonly Stroke[], name = "photo"): Promise<File> {
  const bitmap = await decoded(file);
  try {
    const canvas = canvasFor(bitmap);
    const drawing = context(canvas);
    drawing.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    const scale = canvas.width / bitmap.width;
    const coarse = averaged(bitmap, canvas.width, canvas.height);
    for (const stroke of strokes) brush(drawing, coarse, stroke, scale);
    return (await written(canvas, file.type, name)).file;
  } finally {
    bitmap.close();
  }
}

async function decoded(file: Blob): Promise<ImageBitmap> {
  try {
    return await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    throw new NotPossible("image_unreadable");
  }
}

function canvasFor(bitmap: ImageBitmap): OffscreenCanvas {
  const scale = Math.min(1, LONGEST / Math.max(bitmap.width, bitmap.height));
  const [width, height] = [bitmap.width * scale, bitmap.height * scale];
  return new OffscreenCanvas(Math.max(1, Math.round(width)), Math.max(1, Math.round(height)));
}

function context(canvas: OffscreenCanvas): OffscreenCanvasRenderingContext2D {
  const drawing = canvas.getContext("2d");
  if (drawing === null) throw new NotPossible("image_unreadable");
  drawing.imageSmoothingQuality = "high";
  return drawing;
}

/** The whole picture in a few flat squares: each the average of what it covers. */
function averaged(bitmap: ImageBitmap, width: number, height: number): OffscreenCanvas {
  const block = Math.max(width, height) / BLOCKS;
  const columns = Math.max(1, Math.round(width / block));
  const rows = Math.max(1, Math.round(height / block));
  let small: OffscreenCanvas | ImageBitmap = bitmap;
  // Halved again and again, so that each square averages all of its pixels, not a few.
  for (let [w, h] = [width, height]; w > columns || h > rows; ) {
    [w, h] = [Math.max(columns, Math.ceil(w / 2)), Math.max(rows, Math.ceil(h / 2))];
    const next = new OffscreenCanvas(w, h);
    context(next).drawImage(small, 0, 0, w, h);
    small = next;
  }
  const coarse = new OffscreenCanvas(width, height);
  const drawing = context(coarse);
  drawing.imageSmoothingEnabled = false;
  drawing.drawImage(small, 0, 0, width, height);
  return coarse;
}

function brush(
  drawing: OffscreenCanvasRenderingContext2D,
  coarse: OffscreenCanvas,
  stroke: Stroke,
  scale: number,
): void {
  const pattern = drawing.createPattern(coarse, "no-repeat");
  const [first] = stroke.points;
  if (pattern === null || first === undefined) return;
  drawing.save();
  drawing.lineCap = "round";
  drawing.lineJoin = "round";
  drawing.lineWidth = stroke.radius * 2 * scale;
  drawing.beginPath();
  drawing.moveTo(first[0] * scale, first[1] * scale);
  for (const [x, y] of stroke.points) drawing.lineTo(x * scale, y * scale);
  // What was there is taken out first: an average that can be seen through hides nothing.
  drawing.globalCompositeOperation = "destination-out";
  drawing.stroke();
  drawing.globalCompositeOperation = "source-over";
  drawing.strokeStyle = pattern;
  drawing.stroke();
  drawing.restore();
}

async function written(canvas: OffscreenCanvas, from: string, name: string): Promise<Picture> {
  // What may be transparent stays so; a photo is smallest as JPEG, which every phone shows.
  const type = from === "image/jpeg" || from.startsWith("image/hei") ? "image/jpeg" : "image/webp";
  const blob = await canvas.convertToBlob({ type, quality: QUALITY });
  const ending = blob.type === "image/jpeg" ? "jpg" : (blob.type.split("/")[1] ?? "png");
  const stem = name.replace(/\.[^.]*$/u, "") || "photo";
  const file = new File([blob], `${stem}.${ending}`, { type: blob.type });
  return { file, width: canvas.width, height: canvas.height };
}
