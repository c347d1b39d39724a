/** Fetching the files of messages: a picture into its frame, any other for the person to keep. */

import type { Attachment } from "../../core/content.ts";
import { NotPossible } from "../../shell/ronde.ts";
import { fill, h } from "../dom.ts";
import { icon } from "../icons.ts";
import { toast } from "../toast.ts";
import { straight, t } from "../words.ts";
import { enlarge } from "./enlarged.ts";
import { save } from "./saving.ts";
import type { Scene } from "./scene.ts";

/** Fetch a file and give it to the person; the button shows that it comes. */
export async function fetchFile(button: HTMLElement, attachment: Attachment, scene: Scene): Promise<void> {
  button.setAttribute("aria-busy", "true");
  try {
    save(await opened(attachment, scene));
  } catch (error) {
    toast(whyNot(error));
  } finally {
    button.removeAttribute("aria-busy");
  }
}

/** Show a picture in its frame, or why it cannot be shown. */
export async function showPicture(frame: HTMLElement, attachment: Attachment, scene: Scene): Promise<void> {
  try {
    const blob = await opened(attachment, scene);
    const source = URL.createObjectURL(blob);
    const image = h("img", { src: source, alt: straight(attachment.name), decoding: "async" });
    image.addEventListener("load", () => URL.revokeObjectURL(source), { once: true });
    fill(frame, image);
    frame.addEventListener("click", () => enlarge(blob));
  } catch (error) {
    fill(frame, icon("warning"), h("span", { class: "small" }, whyNot(error)));
    frame.addEventListener("click", () => void showPicture(frame, attachment, scene), { once: true });
  }
}

function opened(attachment: Attachment, scene: Scene): Promise<File> {
  return scene.ronde.files.fetchAttachment(scene.conversation.channel, attachment);
}

function whyNot(error: unknown): string {
  if (error instanceof NotPossible && error.code === "attachment_damaged") {
    return t("Ce fichier n'est pas celui qui a été envoyé : il n'est pas montré.");
  }
  return t("Le fichier n'a pas pu être ouvert. Réessayez quand vous serez en ligne.");
}
