/** Who is in a circle, and by what each of them may be there. */

import type { CircleFrame } from "../circle/frame.ts";
import { circleFrame, childName } from "../circle/frame.ts";
import { dateOf } from "../dates.ts";
import { type Child, h } from "../dom.ts";
import type { Person } from "../feed/people.ts";
import { icon } from "../icons.ts";
import { footingWord } from "../nomenclature.ts";
import { avatar } from "../parts/avatar.ts";
import type { Page, PageContext } from "../router.ts";
import { t } from "../words.ts";

export async function membersPage(context: PageContext): Promise<Page> {
  const frame = await circleFrame(context, "members");
  const code = frame.conversations[0]?.circleCode() ?? null;
  const present = new Set(frame.conversations.flatMap((each) => each.present));
  return {
    title: childName(frame.glance.child),
    element: h(
      "div",
      { class: "circle" },
      frame.header,
      h(
        "div",
        { class: "page" },
        h("ul", { class: "list card card-flush" }, frame.people.all.map((each) => row(each, frame, present.has(each.id)))),
        code !== null && circleCode(code),
      ),
    ),
  };
}

function row(person: Person, frame: CircleFrame, present: boolean): HTMLElement {
  const since = frame.glance.members.find((each) => each.professional === person.id)?.since;
  return h(
    "li",
    { class: "list-row" },
    avatar({ given_name: person.given, family_name: person.family }, { id: person.id, present }),
    h(
      "div",
      { class: "list-main" },
      h("p", { class: "list-title" }, `${person.given} ${person.family}`),
      h("p", { class: "list-note" }, person.profession, since !== undefined && ` · ${t("depuis le {day}", { day: dateOf(since) })}`),
      h("p", { class: "row" }, convention(person), verified(person)),
    ),
  );
}

function convention(person: Person): Child {
  if (person.convention === null) return null;
  const good = person.convention === "active";
  return h(
    "span",
    { class: good ? "badge badge-good" : "badge badge-warm" },
    icon(good ? "check" : "warning", "small"),
    footingWord(person.convention),
  );
}

function verified(person: Person): Child {
  if (!person.verified) return null;
  return h("span", { class: "badge badge-accent" }, icon("shield", "small"), t("Identité vérifiée"));
}

function circleCode(code: string): HTMLElement {
  return h(
    "details",
    { class: "card" },
    h("summary", null, t("Vérifier que nous sommes bien entre nous")),
    h("p", { class: "soft" }, t("Chaque membre voit ici le même nombre. Comparez-le de vive voix : s'il diffère, prévenez la coordination.")),
    h("p", { class: "code circle-code" }, code),
  );
}
