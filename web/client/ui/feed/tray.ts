/** The files that go with a message: chosen, dropped or pasted, shown above the field. */

import { type Files, NotPossible } from "../../shell/ronde.ts";
import { fill, h } from "../dom.ts";
import { icon } from "../icons.ts";
import { toast } from "../toast.ts";
import { t } from "../words.ts";
import { blurPicture } from "./picture.ts";
import { sizeWord } from "./words_of.ts";

const MOST_FILES = 10;

export class Tray {
  readonly #place: HTMLElement;
  readonly #ours: Files;
  readonly #changed: () => void;
  #files: readonly File[] = [];

  /** Files are shown in `place`; `changed` is told when there are others. */
  constructor(place: HTMLElement, ours: Files, changed: () => void) {
    this.#place = place;
    this.#ours = ours;
    this.#changed = changed;
  }

  get files(): readonly File[] {
    return this.#files;
  }

  /** Take files; what cannot be sent is refused by name. */
  async take(files: readonly File[]): Promise<void> {
    for (const file of files) {
      if (this.#files.length >= MOST_FILES) {
        toast(t("Dix fichiers au plus par message."));
        break;
      }
      try {
        await this.#ours.check(file);
        this.#files = [...this.#files, file];
      } catch (error) {
        toast(refusal(file, error), { seconds: 10 });
      }
    }
    this.#show();
  }

  clear(): void {
    this.#keep([]);
  }

  #keep(files: readonly File[]): void {
    this.#files = files;
    this.#show();
  }

  #show(): void {
    fill(this.#place, this.#files.map((file) => this.#row(file)));
    this.#changed();
  }

  #row(file: File): HTMLElement {
    const drop = (): void => this.#keep(this.#files.filter((each) => each !== file));
    const isPicture = file.type.startsWith("image/");
    return h(
      "li",
      { class: "filed" },
      icon(isPicture ? "camera" : "document", "small"),
      h("span", { class: "truncate" }, file.name),
      h("span", { class: "muted small nowrap" }, sizeWord(file.size)),
      isPicture &&
        h(
          "button",
          { class: "button button-small button-quiet", type: "button", onclick: () => void this.#blur(file) },
          t("Flouter"),
        ),
      h(
        "button",
        { class: "icon-button", type: "button", "aria-label": t("Retirer {name}", { name: file.name }), onclick: drop },
        icon("close", "small"),
      ),
    );
  }

  async #blur(file: File): Promise<void> {
    const blurred = await blurPicture(file, this.#ours);
    if (blurred !== null) this.#keep(this.#files.map((each) => (each === file ? blurred : each)));
  }
}

function refusal(file: File, error: unknown): string {
  const name = file.name;
  if (!(error instanceof NotPossible)) return t("« {name} » ne peut pas être envoyé.", { name });
  if (error.code === "file_too_large") return t("« {name} » dépasse 10 Mo. Réduisez-le ou partagez-en une partie.", { name });
  if (error.code === "file_empty") return t("« {name} » est vide.", { name });
  return t("« {name} » : ce type de fichier ne peut pas être envoyé.", { name });
}
