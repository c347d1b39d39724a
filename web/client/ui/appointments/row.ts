/** One appointment in a list: when, with whom, where, how far the family was told, what to do. */

import { Refused, type Ronde } from "../../shell/ronde.ts";
import { dayOf, timeOf } from "../dates.ts";
import { confirm } from "../dialog.ts";
import { type Child, h } from "../dom.ts";
import { said } from "../faults.ts";
import type { People } from "../feed/people.ts";
import { type IconName, icon } from "../icons.ts";
import { appointmentWord } from "../nomenclature.ts";
import type { AppointmentStatus } from "../served.ts";
import { toast } from "../toast.ts";
import { t } from "../words.ts";
import { type AppointmentView, type NoticeState, type NoticeView, isOpen } from "./served.ts";

export type RowOptions = {
  readonly ronde: Ronde;
  readonly people: People;
  readonly visitName: (code: string) => string;
  readonly move: (appointment: AppointmentView) => void;
  readonly changed: () => void;
  /** Make another one in the place of one that was missed. */
  readonly remake?: (missed: AppointmentView) => void;
};

const LOOKS: Readonly<Record<AppointmentStatus, string>> = {
  booked: "badge badge-accent",
  moved: "badge badge-accent",
  cancelled: "badge",
  honoured: "badge badge-good",
  missed: "badge badge-danger",
};
const ALARMING: ReadonlySet<NoticeState> = new Set(["unknown", "dead", "expired"]);
/** What leaves within minutes is as good as leaving. */
const SOON_MS = 5 * 60 * 1000;

/** Draw an appointment; `past` ones ask whether the family came. */
export function appointmentRow(appointment: AppointmentView, options: RowOptions, past: boolean): HTMLElement {
  const { slot, visit } = appointment;
  const start = new Date(slot.start);
  return h(
    "li",
    { class: "card appointment" },
    h(
      "div",
      { class: "card-header" },
      h("p", { class: "card-title" }, `${dayOf(start)}, ${timeOf(start)}`),
      h("span", { class: LOOKS[appointment.status] }, appointmentWord(appointment.status)),
    ),
    visit !== null && h("p", null, options.visitName(visit)),
    h("p", { class: "card-note" }, `${options.people.name(appointment.professional)} · ${slot.place_label} · ${t("{n} min", { n: slot.duration_minutes })}`),
    notices(appointment),
    isOpen(appointment) ? acts(appointment, options, past) : again(appointment, options),
  );
}

function notices(appointment: AppointmentView): Child {
  const alarming = appointment.notices.some((each) => ALARMING.has(each.state));
  // A reminder is no news: what counts is whether they know what was last decided.
  const news = appointment.notices.filter(({ rule }) => rule !== "reminder");
  const planned = news.filter(({ state }) => state === "planned" || state === "claimed" || state === "sending");
  if (alarming) return told("warning", "danger-text", t("Un avis à la famille n'est pas arrivé : appelez-la."));
  if (planned.length > 0) return told("clock", "soft", soon(planned));
  return news.some(({ state }) => state === "sent") ? told("check", "soft", t("La famille a été prévenue.")) : null;
}

/** Nothing leaves at night nor on a Sunday: say when it will. */
function soon(planned: readonly NoticeView[]): string {
  const at = Math.min(...planned.map(({ next_at }) => (next_at === null ? 0 : Date.parse(next_at))));
  if (at - Date.now() < SOON_MS) return t("La famille va être prévenue.");
  return t("La famille sera prévenue {day} à {time} : rien ne part la nuit ni le dimanche.", { day: dayOf(at), time: timeOf(at) });
}

function told(drawing: IconName, look: string, words: string): HTMLElement {
  return h("p", { class: `signed small ${look}` }, icon(drawing, "small"), h("span", null, words));
}

function again(appointment: AppointmentView, { remake }: RowOptions): Child {
  if (remake === undefined || appointment.status !== "missed") return null;
  const run = (): void => remake(appointment);
  return h("div", { class: "card-footer" }, h("button", { class: "button button-small", type: "button", onclick: run }, t("Fixer un autre rendez-vous")));
}

function acts(appointment: AppointmentView, options: RowOptions, past: boolean): HTMLElement {
  const { ronde, changed } = options;
  const ask = async (method: "PUT" | "POST", path: string, body: unknown, words: string): Promise<void> => {
    try {
      await ronde.api.ask(method, `/appointments/${appointment.id}/${path}`, body);
      toast(words);
    } catch (error) {
      toast(error instanceof Refused && error.code === "appointment_closed" ? t("Ce rendez-vous est déjà clos.") : said(error));
    }
    changed();
  };
  const outcome = (honoured: boolean): unknown =>
    ask("PUT", "outcome", { honoured }, honoured ? t("Noté : la famille est venue.") : t("Noté : la famille n'est pas venue."));
  const cancel = async (): Promise<void> => {
    const sure = await confirm({
      title: t("Annuler ce rendez-vous ?"),
      text: t("La famille en sera prévenue."),
      action: t("Annuler le rendez-vous"),
      stay: t("Le garder"),
      danger: true,
    });
    if (sure) await ask("POST", "cancellation", undefined, t("Rendez-vous annulé ; la famille en sera prévenue."));
  };
  const button = (label: string, run: () => unknown, look = "button button-small"): HTMLElement =>
    h("button", { class: look, type: "button", onclick: run }, label);
  if (past) {
    return h(
      "div",
      { class: "card-footer" },
      button(t("La famille est venue"), () => outcome(true), "button button-small button-primary"),
      button(t("Elle n'est pas venue"), () => outcome(false)),
    );
  }
  return h("div", { class: "card-footer" }, button(t("Déplacer"), () => options.move(appointment)), button(t("Annuler"), cancel, "button button-small button-quiet"));
}
