/**
 * Where one writes: `<ronde-composer>`.
 *
 * Enter sends, Maj+Entrée breaks the line, « @ » names somebody, ↑ in an empty field corrects
 * one's last message, Esc lets go of a reply. What is written is kept at every keystroke.
 */

import type { EntryId, ProfessionalId } from "../../core/ids.ts";
import { NotPossible, type Ronde } from "../../shell/ronde.ts";
import { fill, freshId, h } from "../dom.ts";
import { icon } from "../icons.ts";
import { toast } from "../toast.ts";
import { t } from "../words.ts";
import { asked } from "./asked.ts";
import type { MessageItem } from "./fold.ts";
import type { Suggestions } from "./mention.ts";
import type { People } from "./people.ts";
import { preview } from "./preview.ts";
import { mentionsIn } from "./rich.ts";
import type { Tray } from "./tray.ts";

/** What a person has ready to say. */
export type Said = {
  readonly text: string;
  readonly mentions: readonly ProfessionalId[];
  readonly replyTo: EntryId | null;
  readonly urgent: boolean;
  readonly files: readonly File[];
  readonly edits: EntryId | null;
};

export type ComposerOptions = {
  readonly ronde: Ronde;
  readonly people: People;
  readonly me: ProfessionalId;
  /** Under which name the draft is kept. */
  readonly draft: string;
  readonly label: string;
  /** Send; what it throws keeps everything in the field. `progress` runs from 0 to 1. */
  readonly send: (said: Said, progress: (done: number) => void) => Promise<void>;
  readonly newTask?: (title: string) => void;
  readonly lastOwn?: () => MessageItem | null;
};

type Kept = { readonly text: string; readonly urgent: boolean };
const KEEP_MS = 250;

export class Composer extends HTMLElement {
  #options: ComposerOptions | null = null;
  readonly #id = freshId("composer");
  readonly #field = h("textarea", { class: "composer-field", id: this.#id, rows: 1, enterkeyhint: "send" });
  readonly #context = h("div", { class: "composer-context" });
  readonly #filed = h("ul", { class: "composer-tray" });
  readonly #picker = h("input", { type: "file", multiple: true, hidden: true });
  readonly #progress = h("progress", { class: "progress", max: 1, hidden: true });
  readonly #urgent = h("button", { class: "icon-button", type: "button", "aria-pressed": "false" }, icon("flag"));
  readonly #sender = h("button", { class: "composer-send", type: "button" }, icon("send"));
  #tray: Tray | null = null;
  #suggestions: Suggestions | null = null;
  #naming = false;
  #reply: MessageItem | null = null;
  #edited: MessageItem | null = null;
  #keeping: ReturnType<typeof setTimeout> | undefined;
  #sending = false;

  /** Begin; what was written last time stands in the field again. */
  async begin(options: ComposerOptions): Promise<void> {
    this.#options = options;
    this.#build(options);
    const kept = await options.ronde.draft<Kept>(options.draft);
    if (kept !== null && this.#field.value === "") {
      this.#field.value = kept.text;
      this.#setUrgent(kept.urgent);
    }
    this.#changed();
  }

  override focus(): void {
    this.#field.focus();
  }

  reply(item: MessageItem): void {
    this.#edited = null;
    this.#reply = item;
    this.#showContext();
    this.focus();
  }

  edit(item: MessageItem): void {
    this.#reply = null;
    this.#edited = item;
    this.#field.value = item.text;
    this.#showContext();
    this.#changed();
    this.focus();
  }

  /** Take files that were chosen, dropped or pasted; what cannot be sent is refused by name. */
  async take(files: readonly File[]): Promise<void> {
    const options = this.#options;
    if (options === null) return;
    const { Tray } = await asked();
    this.#tray ??= new Tray(this.#filed, options.ronde.files, () => this.#changed());
    await this.#tray.take(files);
  }

  #build(options: ComposerOptions): void {
    this.#urgent.setAttribute("aria-label", t("Marquer comme urgent"));
    this.#urgent.title = t("Urgent : chacun est prévenu tout de suite");
    this.#sender.setAttribute("aria-label", t("Envoyer"));
    this.#field.placeholder = t("Votre message");
    const add: HTMLElement = h(
      "button",
      { class: "icon-button", type: "button", "aria-label": t("Ajouter"), "aria-haspopup": "menu", onclick: () => this.#adding(add) },
      icon("plus"),
    );
    fill(
      this,
      this.#context,
      this.#filed,
      this.#progress,
      h("label", { class: "visually-hidden", for: this.#id }, options.label),
      h("div", { class: "composer-bar" }, add, this.#field, this.#urgent, this.#sender),
      this.#picker,
    );
    this.#listen();
    this.#field.addEventListener("input", () => void this.#suggest(options));
  }

  /** Whoever writes « @ » is shown names from then on; without the list one writes them oneself. */
  async #suggest({ people, me }: ComposerOptions): Promise<void> {
    if (this.#naming || !this.#field.value.includes("@")) return;
    this.#naming = true;
    try {
      const { Suggestions } = await asked();
      this.#suggestions = new Suggestions(this.#field, people, me);
      this.#progress.after(this.#suggestions.element);
      this.#suggestions.look();
    } catch {
      this.#naming = false;
    }
  }

  #listen(): void {
    this.#field.addEventListener("input", () => this.#changed());
    this.#field.addEventListener("keydown", (event) => {
      if (this.#suggestions?.key(event) !== true) this.#key(event);
    });
    this.#field.addEventListener("paste", (event) => {
      const files = [...(event.clipboardData?.files ?? [])];
      if (files.length === 0) return;
      event.preventDefault();
      void this.take(files);
    });
    this.#urgent.addEventListener("click", () => {
      this.#setUrgent(this.#urgent.getAttribute("aria-pressed") !== "true");
      this.#keep();
    });
    this.#sender.addEventListener("click", () => void this.#send());
    this.#picker.addEventListener("change", () => {
      void this.take([...(this.#picker.files ?? [])]);
      this.#picker.value = "";
    });
  }

  async #adding(from: HTMLElement): Promise<void> {
    const { openMenu } = await asked();
    const choose = (accept: string): void => {
      this.#picker.accept = accept;
      this.#picker.click();
    };
    const newTask = this.#options?.newTask;
    openMenu(from, [
      { label: t("Une photo"), icon: "camera", run: () => choose("image/*") },
      { label: t("Un fichier"), icon: "clip", run: () => choose("") },
      ...(newTask === undefined
        ? []
        : [{ label: t("Une tâche"), icon: "tasks" as const, run: () => newTask(this.#field.value.trim()) }]),
    ]);
  }

  #key(event: KeyboardEvent): void {
    if (event.isComposing) return;
    if (event.key === "Enter" && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      void this.#send();
    } else if (event.key === "Escape" && (this.#reply !== null || this.#edited !== null)) {
      event.preventDefault();
      event.stopPropagation();
      this.#letGo();
    } else if (event.key === "ArrowUp" && this.#field.value === "") {
      const last = this.#options?.lastOwn?.() ?? null;
      if (last === null) return;
      event.preventDefault();
      this.edit(last);
    }
  }

  async #send(): Promise<void> {
    const options = this.#options;
    const written = this.#field.value;
    const text = written.trim();
    if (options === null || this.#sending || (text === "" && this.#files.length === 0)) return;
    const said = this.#said(text, options);
    this.#sending = true;
    this.#progress.hidden = said.files.length === 0;
    try {
      await options.send(said, (done) => {
        this.#progress.value = done;
      });
      this.#clear(written);
    } catch (error) {
      toast(whyNot(error), { seconds: 10 });
    } finally {
      this.#sending = false;
      this.#progress.hidden = true;
      this.focus();
    }
  }

  #said(text: string, options: ComposerOptions): Said {
    return {
      text,
      mentions: mentionsIn(text, options.people),
      replyTo: this.#reply?.id ?? null,
      urgent: this.#urgent.getAttribute("aria-pressed") === "true",
      files: this.#files,
      edits: this.#edited?.id ?? null,
    };
  }

  /** Take away what was sent; what was typed while it was on its way stays. */
  #clear(sent: string): void {
    const now = this.#field.value;
    this.#tray?.clear();
    this.#setUrgent(false);
    this.#letGo();
    this.#field.value = now.startsWith(sent) ? now.slice(sent.length) : now;
    this.#changed();
  }

  #letGo(): void {
    if (this.#edited !== null) this.#field.value = "";
    this.#reply = null;
    this.#edited = null;
    this.#showContext();
    this.#changed();
  }

  get #files(): readonly File[] {
    return this.#tray?.files ?? [];
  }

  #setUrgent(urgent: boolean): void {
    this.#urgent.setAttribute("aria-pressed", String(urgent));
    this.classList.toggle("composer-urgent", urgent);
  }

  #changed(): void {
    this.#sender.disabled = this.#field.value.trim() === "" && this.#files.length === 0;
    this.#keep();
  }

  #keep(): void {
    clearTimeout(this.#keeping);
    const options = this.#options;
    // A correction is no draft: its first words are in the feed.
    if (options === null || this.#edited !== null) return;
    this.#keeping = setTimeout(() => {
      const text = this.#field.value;
      const kept: Kept = { text, urgent: this.#urgent.getAttribute("aria-pressed") === "true" };
      void options.ronde.saveDraft(options.draft, text === "" ? null : kept);
    }, KEEP_MS);
  }

  #showContext(): void {
    const item = this.#reply ?? this.#edited;
    if (item === null || this.#options === null) {
      fill(this.#context);
      return;
    }
    const who = this.#options.people.name(item.author);
    const label = this.#edited === null ? t("Réponse à {who}", { who }) : t("Vous modifiez votre message");
    fill(
      this.#context,
      h("div", { class: "quote" }, h("span", { class: "quote-who" }, label), h("span", { class: "quote-text" }, preview(item))),
      h(
        "button",
        { class: "icon-button", type: "button", "aria-label": t("Ne plus répondre"), onclick: () => this.#letGo() },
        icon("close", "small"),
      ),
    );
  }
}

function whyNot(error: unknown): string {
  if (error instanceof NotPossible && error.code === "too_long") {
    return t("Ce message est trop long. Partagez-le en deux.");
  }
  if (error instanceof NotPossible && error.code === "image_unreadable") {
    return t("Cette photo ne peut pas être lue. Essayez un autre format.");
  }
  if (error instanceof NotPossible && error.code === "not_in_channel") {
    return t("Vous n'êtes plus dans cette discussion.");
  }
  return t("L'envoi n'a pas abouti. Votre message est toujours là : réessayez.");
}

customElements.define("ronde-composer", Composer);
