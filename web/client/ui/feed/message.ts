/** One message of the stream, with what may be done with it. */

import { avatar } from "../parts/avatar.ts";
import { machineTime, timeOf } from "../dates.ts";
import { type Child, h } from "../dom.ts";
import { icon } from "../icons.ts";
import { t, tn } from "../words.ts";
import "./drawings.ts";
import { asked } from "./asked.ts";
import { attachmentView } from "./attachments.ts";
import type { MessageItem } from "./fold.ts";
import { preview } from "./preview.ts";
import { receiptOf } from "./receipts.ts";
import { rich } from "./rich.ts";
import { SIGNS, type Scene } from "./scene.ts";
import { reachWord } from "./words_of.ts";

/** Draw a message; `goesOn` leaves out the name that stands above the one before. */
export function messageView(item: MessageItem, scene: Scene, goesOn: boolean): HTMLElement {
  const mine = item.author === scene.me;
  const look = ["message", mine ? "message-mine" : "", goesOn ? "message-on" : ""];
  if (item.mentions.includes(scene.me)) look.push("message-to-me");
  if (item.urgent) look.push("message-urgent");
  return h(
    "article",
    { class: look.filter(Boolean).join(" "), "aria-label": spoken(item, scene), "data-entry": item.id },
    !mine && (goesOn ? h("span", { class: "message-gap" }) : face(item, scene)),
    h(
      "div",
      { class: "message-main" },
      !mine && !goesOn && heading(item, scene),
      h("div", { class: "bubble" }, inside(item, scene), foot(item, scene)),
      signs(item, scene),
      thread(item, scene),
      parked(item, scene),
    ),
    !item.deleted && item.state === "sent" && tools(item, scene),
  );
}

function face(item: MessageItem, scene: Scene): HTMLElement {
  const person = scene.people.find(item.author);
  const named = { given_name: person?.given ?? "?", family_name: person?.family ?? "" };
  return avatar(named, { id: item.author ?? "" });
}

function heading(item: MessageItem, scene: Scene): HTMLElement {
  const person = scene.people.find(item.author);
  return h(
    "p",
    { class: "message-who" },
    h("span", { class: "strong" }, scene.people.name(item.author)),
    person !== null && h("span", { class: "muted small" }, person.profession),
  );
}

function inside(item: MessageItem, scene: Scene): Child[] {
  if (item.deleted) return [h("p", { class: "message-gone" }, t("Message supprimé"))];
  return [
    item.urgent &&
      h("p", { class: "badge badge-danger" }, icon("flag", "small"), t("Urgent")),
    quoted(item, scene),
    item.attachments.map((each) => attachmentView(each, scene)),
    item.text !== "" &&
      h("p", { class: "message-text" }, rich(item.text, item.mentions, scene.people, scene.me)),
    item.notice !== null &&
      h(
        "p",
        { class: "message-notice small" },
        icon("warning", "small"),
        t("Il manque peut-être un message de cette personne avant celui-ci."),
      ),
  ];
}

function quoted(item: MessageItem, scene: Scene): Child {
  const to = item.replyTo;
  if (to === null) return null;
  const held = scene.feed.byId.get(to);
  const words = held?.kind === "message" ? preview(held) : t("Message plus ancien");
  return h(
    "button",
    { class: "quote", type: "button", onclick: () => scene.acts.jump(to) },
    h("span", { class: "quote-who" }, held === undefined ? "" : scene.people.name(held.author)),
    h("span", { class: "quote-text" }, words),
  );
}

function foot(item: MessageItem, scene: Scene): HTMLElement {
  return h(
    "p",
    { class: "message-foot" },
    item.edited && !item.deleted && h("span", null, t("modifié")),
    h("time", { datetime: machineTime(item.at) }, timeOf(item.at)),
    item.author === scene.me && reach(item, scene),
  );
}

function reach(item: MessageItem, scene: Scene): HTMLElement {
  const receipt = receiptOf(item, scene.conversation, scene.me);
  const drawn = { waiting: "clock", parked: "warning", sent: "sent", received: "received", read: "received" } as const;
  const word = reachWord(receipt.reach, receipt.read.length, receipt.of);
  const look = receipt.reach === "read" ? "reach reach-read" : "reach";
  return h("span", { class: look, title: word, role: "img", "aria-label": word }, icon(drawn[receipt.reach], "small"));
}

function signs(item: MessageItem, scene: Scene): Child {
  if (item.signs.length === 0) return null;
  return h(
    "div",
    { class: "signs" },
    item.signs.map((sign) => {
      const names = scene.people.names(sign.by);
      return h(
        "button",
        {
          class: "sign",
          type: "button",
          title: names,
          "aria-pressed": String(sign.by.includes(scene.me)),
          onclick: () => scene.acts.react(item, sign.emoji),
        },
        signFace(sign.emoji),
        h("span", { class: "number" }, sign.by.length),
        h("span", { class: "visually-hidden" }, t("par {names}", { names })),
      );
    }),
  );
}

/** A sign as we draw it; one that we have no drawing for, as its author's machine wrote it. */
function signFace(emoji: string): Child {
  const known = SIGNS.find((each) => each.emoji === emoji);
  if (known === undefined) return emoji;
  return [icon(known.drawing, "small"), h("span", { class: "visually-hidden" }, known.word())];
}

function thread(item: MessageItem, scene: Scene): Child {
  if (item.replies === 0) return null;
  return h(
    "button",
    { class: "thread-link", type: "button", onclick: () => scene.acts.thread(item) },
    icon("message", "small"),
    tn("{n} réponse", "{n} réponses", item.replies),
  );
}

function parked(item: MessageItem, scene: Scene): Child {
  if (item.state !== "parked") return null;
  return h(
    "div",
    { class: "message-parked", role: "alert" },
    h("span", null, t("Ce message n'a pas pu partir.")),
    h("button", { class: "link-button", type: "button", onclick: () => scene.acts.retry(item) }, t("Renvoyer")),
    h("button", { class: "link-button", type: "button", onclick: () => scene.acts.discard(item) }, t("Abandonner")),
  );
}

function tools(item: MessageItem, scene: Scene): HTMLElement {
  const more: HTMLElement = h(
    "button",
    {
      class: "icon-button",
      type: "button",
      "aria-label": t("Que faire de ce message"),
      "aria-haspopup": "menu",
      "aria-expanded": "false",
      onclick: async () => (await asked()).openMessageMenu(more, item, scene),
    },
    icon("more", "small"),
  );
  return h("div", { class: "message-tools" }, more);
}

function spoken(item: MessageItem, scene: Scene): string {
  return t("{who}, {time}", { who: scene.people.name(item.author), time: timeOf(item.at) });
}
