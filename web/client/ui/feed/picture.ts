/** Blur parts of a photo with a finger before it is sent: a face, a name on a screen. */

import type { Files, Stroke } from "../../shell/ronde.ts";
import { openDialog } from "../dialog.ts";
import { h } from "../dom.ts";
import { icon } from "../icons.ts";
import { toast } from "../toast.ts";
import { t } from "../words.ts";

const BRUSH_SHARE = 0.05;
const VEIL = "rgb(128 128 128 / 0.85)";

/** Let somebody brush over a photo; null when they leave it as it was. */
export async function blurPicture(picture: File, files: Files): Promise<File | null> {
  const bitmap = await createImageBitmap(picture).catch(() => null);
  if (bitmap === null) {
    toast(t("Cette photo ne peut pas être lue. Essayez un autre format."));
    return null;
  }
  const canvas = h("canvas", { class: "blur-canvas", width: bitmap.width, height: bitmap.height });
  canvas.setAttribute("aria-label", t("Photo à flouter : passez le doigt ou la souris sur ce qui doit disparaître"));
  const brush = new Brush(canvas, bitmap);
  return new Promise((resolve) => {
    let made: File | null = null;
    const finish = async (): Promise<void> => {
      if (brush.strokes.length > 0) made = await files.blur(picture, brush.strokes);
      dialog.close();
    };
    const dialog = openDialog({
      title: t("Flouter une partie de la photo"),
      wide: true,
      body: [h("p", { class: "small soft" }, t("Passez le doigt sur ce qui ne doit pas se voir.")), canvas],
      footer: [
        h("button", { class: "button button-quiet", type: "button", onclick: () => brush.undo() }, icon("back", "small"), t("Annuler le dernier trait")),
        h("button", { class: "button button-primary", type: "button", onclick: finish }, t("Flouter")),
      ],
      closed: () => {
        bitmap.close();
        resolve(made);
      },
    });
  });
}

type Size = { readonly width: number; readonly height: number };

/** The pixel of a picture under a finger: it stands whole in the middle of its box (`contain`). */
export function pixelAt(
  picture: Size,
  box: Size & { readonly left: number; readonly top: number },
  [x, y]: readonly [number, number],
): readonly [number, number] {
  const scale = Math.max(picture.width / box.width, picture.height / box.height);
  const [middle, centre] = [box.left + box.width / 2, box.top + box.height / 2];
  return [picture.width / 2 + (x - middle) * scale, picture.height / 2 + (y - centre) * scale];
}

class Brush {
  strokes: readonly Stroke[] = [];
  readonly #canvas: HTMLCanvasElement;
  readonly #bitmap: ImageBitmap;
  readonly #radius: number;
  #points: readonly (readonly [number, number])[] = [];

  constructor(canvas: HTMLCanvasElement, bitmap: ImageBitmap) {
    this.#canvas = canvas;
    this.#bitmap = bitmap;
    this.#radius = Math.max(8, Math.min(bitmap.width, bitmap.height) * BRUSH_SHARE);
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      this.#points = [this.#point(event)];
      this.#draw();
    });
    canvas.addEventListener("pointermove", (event) => {
      if (this.#points.length === 0) return;
      this.#points = [...this.#points, this.#point(event)];
      this.#draw();
    });
    canvas.addEventListener("pointerup", () => this.#end());
    // What looks covered must be: the browser may take the finger over in the middle of a stroke.
    canvas.addEventListener("pointercancel", () => this.#end());
    this.#draw();
  }

  undo(): void {
    this.strokes = this.strokes.slice(0, -1);
    this.#draw();
  }

  #end(): void {
    if (this.#points.length === 0) return;
    this.strokes = [...this.strokes, { radius: this.#radius, points: this.#points }];
    this.#points = [];
    this.#draw();
  }

  #point(event: PointerEvent): readonly [number, number] {
    return pixelAt(this.#canvas, this.#canvas.getBoundingClientRect(), [event.clientX, event.clientY]);
  }

  #draw(): void {
    const pen = this.#canvas.getContext("2d");
    if (pen === null) return;
    pen.drawImage(this.#bitmap, 0, 0);
    pen.lineCap = "round";
    pen.lineJoin = "round";
    pen.strokeStyle = VEIL;
    pen.lineWidth = this.#radius * 2;
    for (const points of [...this.strokes.map((each) => each.points), this.#points]) {
      trace(pen, points);
    }
  }
}

function trace(pen: CanvasRenderingContext2D, points: readonly (readonly [number, number])[]): void {
  const [first] = points;
  if (first === undefined) return;
  pen.beginPath();
  pen.moveTo(...first);
  for (const point of points) pen.lineTo(...point);
  pen.stroke();
}
