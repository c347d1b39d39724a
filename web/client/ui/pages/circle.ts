/** A circle's discussion: the first thing one sees of a child. */

import type { CircleId } from "../../core/ids.ts";
import type { Ronde } from "../../shell/ronde.ts";
import { circleFrame } from "../circle/frame.ts";
import { childName } from "../circle/naming.ts";
import { h } from "../dom.ts";
import { asked } from "../feed/asked.ts";
import { Desk } from "../feed/desk.ts";
import { icon } from "../icons.ts";
import type { Page, PageContext } from "../router.ts";
import { t } from "../words.ts";

export async function circlePage(context: PageContext): Promise<Page> {
  const { ronde, signal, place } = context;
  const frame = await circleFrame(context, "feed");
  const title = childName(frame.glance.child);
  const conversation = frame.conversations[0];
  if (conversation === undefined || conversation.phase === "waiting") {
    drawWhenOpen(context, frame.circle);
    return { title, element: h("div", { class: "page-fill circle" }, frame.header, frame.people.find(meIn(ronde)) === null ? outside() : waiting(conversation !== undefined)) };
  }
  const me = meIn(ronde);
  const desk = new Desk({ ronde, conversation, people: frame.people, me, signal });
  const trouble = h("div", { class: "circle-trouble", "data-looks": "" });
  const way = {
    reconcile: async () => await conversation.reconcile(),
    dismiss: async (warning: string) => {
      await ronde.dismissWarning(warning);
      await drawTrouble();
    },
  };
  const drawTrouble = async (): Promise<void> => {
    const now = conversation.trouble;
    const looks = now === null ? "" : `${now.kind} ${now.warning?.id ?? ""}`;
    if (looks === trouble.dataset.looks) return;
    trouble.dataset.looks = looks;
    const { troubleBanner } = await asked();
    if (looks === trouble.dataset.looks) trouble.replaceChildren(...(now === null ? [] : [troubleBanner(now, way)]));
  };
  void drawTrouble();
  for (const event of ["channel", "mark", "warning"] as const) {
    signal.addEventListener("abort", ronde.on(event, () => void drawTrouble()));
  }
  const search = h(
    "button",
    {
      class: "icon-button circle-search",
      type: "button",
      "aria-label": t("Chercher dans la discussion"),
      onclick: async () => {
        const { openSearch } = await asked();
        openSearch({ ronde, conversation, people: frame.people, jump: (id) => void desk.jump(id) });
      },
    },
    icon("search"),
  );
  frame.header.append(search);
  document.addEventListener("keydown", (event) => event.key === "Escape" && desk.escape(), { signal });
  const entry = place.query.get("entry");
  return {
    title,
    layout: "fill",
    element: h("div", { class: "page-fill circle" }, frame.header, trouble, desk.element),
    arrived: () => {
      void desk.begin();
      if (entry !== null) void desk.jump(entry as Parameters<Desk["jump"]>[0]);
    },
  };
}

/** Whoever coordinates elsewhere sees the pathway, never what is said. */
function outside(): HTMLElement {
  return h(
    "div",
    { class: "empty" },
    icon("people"),
    h("p", { class: "empty-title" }, t("Vous n'êtes pas dans ce cercle")),
    h("p", null, t("Sa discussion n'est lue que par ses membres.")),
  );
}

/** Somebody who waits at the door sees it open by itself. */
function drawWhenOpen(context: PageContext, circle: CircleId): void {
  const { ronde, signal } = context;
  const look = async (): Promise<void> => {
    const first = ronde.circles.find((each) => each.id === circle)?.channels[0];
    if (first === undefined || signal.aborted) return;
    const conversation = await ronde.conversation(first);
    if (conversation.phase !== "waiting" && !signal.aborted) context.again();
  };
  for (const event of ["channel", "circle"] as const) {
    signal.addEventListener("abort", ronde.on(event, () => void look()));
  }
}

function meIn(ronde: Ronde): NonNullable<Ronde["me"]>["professional"] {
  if (ronde.me === null) throw new Error("nobody has ever signed in here");
  return ronde.me.professional;
}

function waiting(known: boolean): HTMLElement {
  return h(
    "div",
    { class: "empty" },
    icon("clock"),
    h("p", { class: "empty-title" }, known ? t("Vous êtes attendu ici") : t("Pas encore de discussion")),
    h(
      "p",
      null,
      known
        ? t("Dès que l'appareil d'un collègue sera en ligne, la discussion s'ouvrira d'elle-même.")
        : t("La coordination ouvrira bientôt la discussion de ce cercle."),
    ),
  );
}
