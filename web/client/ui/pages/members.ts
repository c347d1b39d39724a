/** Who is in a circle, and by what each of them may be there. */

import type { ProfessionalId } from "../../core/ids.ts";
import type { CircleFrame } from "../circle/frame.ts";
import { circleFrame } from "../circle/frame.ts";
import { childName } from "../circle/naming.ts";
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
        strangers(frame.people.all, context.ronde.me?.professional),
        h("ul", { class: "list card card-flush" }, frame.people.all.map((each) => row(each, frame, present.has(each.id)))),
        code !== null && circleCode(code),
        h("p", null, h("a", { href: `/children/${frame.glance.child.id}/departure` }, t("Sortie du parcours et relais"))),
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
      h("p", { class: "row" }, convention(person), vouched(person, frame)),
      noteOf(person),
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

function vouched({ voucher }: Person, { people }: CircleFrame): Child {
  if (voucher === null) {
    return h("span", { class: "badge badge-warm" }, icon("shield", "small"), t("Pas encore vérifié"));
  }
  const { kind } = voucher;
  const verified = kind === "member" ? t("Vérifié par {name}", { name: people.name(voucher.coordinator) }) : t("Identité vérifiée");
  return h("span", { class: "badge badge-accent" }, icon("shield", "small"), kind === "known" ? t("Coordination connue") : verified);
}

/** What nobody in the circle can answer for. */
function noteOf({ voucher }: Person): Child {
  if (voucher === null) return h("p", { class: "list-note" }, t("Personne que cet appareil connaît n'en répond encore."));
  return voucher.kind === "outside" && h("p", { class: "list-note" }, t("Vérifié par une coordination hors de ce cercle"));
}

/** A circle in which nobody is answered for may be anybody's. */
function strangers(people: readonly Person[], me: ProfessionalId | undefined): Child {
  const others = people.filter(({ id }) => id !== me);
  if (others.length === 0 || others.some(({ voucher }) => voucher !== null)) return null;
  return h(
    "div",
    { class: "banner banner-warm", role: "status" },
    icon("warning"),
    h("p", null, t("Personne que vous connaissez ne répond de ce cercle. N'y écrivez rien de sensible avant d'avoir appelé la coordination.")),
  );
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
