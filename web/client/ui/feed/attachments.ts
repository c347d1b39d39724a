/** Files of a message: pictures show themselves once they are near, others are fetched when asked. */

import type { Attachment } from "../../core/content.ts";
import { NotPossible } from "../../shell/ronde.ts";
import { fill, h } from "../dom.ts";
import { icon } from "../icons.ts";
import { toast } from "../toast.ts";
import { straight, t } from "../words.ts";
import { asked } from "./asked.ts";
import type { Scene } from "./scene.ts";
import { sizeWord } from "./words_of.ts";

const SHOWN = new Set(["image/jpeg", "image/png", "image/webp"]);
const NEAR = "400px";

/** Draw a file of a message. */
export function attachmentView(attachment: Attachment, scene: Scene): HTMLElement {
  return SHOWN.has(attachment.type) ? picture(attachment, scene) : row(attachment, scene);
}

function row(attachment: Attachment, scene: Scene): HTMLElement {
  const fetchIt = async (): Promise<void> => {
    button.setAttribute("aria-busy", "true");
    try {
      save(await opened(attachment, scene));
    } catch (error) {
      toast(whyNot(error));
    } finally {
      button.removeAttribute("aria-busy");
    }
  };
  const button = h(
    "button",
    { class: "file", type: "button", onclick: fetchIt },
    icon("document"),
    h(
      "span",
      { class: "file-words" },
      h("span", { class: "truncate" }, straight(attachment.name)),
      h("span", { class: "small muted" }, sizeWord(attachment.size)),
    ),
    icon("download", "small"),
  );
  return button;
}

function picture(attachment: Attachment, scene: Scene): HTMLElement {
  const frame = h("button", {
    class: "picture",
    type: "button",
    "aria-label": t("Agrandir la photo {name}", { name: attachment.name }),
  });
  if (attachment.width !== null && attachment.height !== null) {
    frame.style.setProperty("aspect-ratio", `${attachment.width} / ${attachment.height}`);
  }
  const watch = new IntersectionObserver(
    (seen) => {
      if (!seen.some((each) => each.isIntersecting)) return;
      watch.disconnect();
      void show(frame, attachment, scene);
    },
    { rootMargin: NEAR },
  );
  watch.observe(frame);
  return frame;
}

async function show(frame: HTMLElement, attachment: Attachment, scene: Scene): Promise<void> {
  try {
    const blob = await opened(attachment, scene);
    const source = URL.createObjectURL(blob);
    const image = h("img", { src: source, alt: straight(attachment.name), decoding: "async" });
    image.addEventListener("load", () => URL.revokeObjectURL(source), { once: true });
    fill(frame, image);
    frame.addEventListener("click", async () => (await asked()).enlarge(blob));
  } catch (error) {
    fill(frame, icon("warning"), h("span", { class: "small" }, whyNot(error)));
    frame.addEventListener("click", () => void show(frame, attachment, scene), { once: true });
  }
}

function opened(attachment: Attachment, scene: Scene): Promise<File> {
  return scene.ronde.files.fetchAttachment(scene.conversation.channel, attachment);
}

/** Give a file to the person, under its own name. */
export function save(blob: File): void {
  const href = URL.createObjectURL(blob);
  h("a", { href, download: blob.name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 60_000);
}

function whyNot(error: unknown): string {
  if (error instanceof NotPossible && error.code === "attachment_damaged") {
    return t("Ce fichier n'est pas celui qui a été envoyé : il n'est pas montré.");
  }
  return t("Le fichier n'a pas pu être ouvert. Réessayez quand vous serez en ligne.");
}
