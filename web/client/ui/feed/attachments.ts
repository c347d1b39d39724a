/** Files of a message: pictures show themselves once they are near, others are fetched when asked. */

import type { Attachment } from "../../core/content.ts";
import { h } from "../dom.ts";
import { icon } from "../icons.ts";
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
  const fetchIt = async (): Promise<void> => (await asked()).fetchFile(button, attachment, scene);
  const button: HTMLElement = h(
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

/** What fetches comes with the first picture that is near; without it the frame is asked again. */
async function show(frame: HTMLElement, attachment: Attachment, scene: Scene): Promise<void> {
  try {
    await (await asked()).showPicture(frame, attachment, scene);
  } catch {
    frame.addEventListener("click", () => void show(frame, attachment, scene), { once: true });
  }
}
