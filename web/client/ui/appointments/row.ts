/** One appointment in a list: when, with whom, where, how far the family was told, what to do. */

import { Refused, type Ronde } from "../../shell/ronde.ts";
import { busy } from "../busy.ts";
import { dayOf, timeOf } from "../dates.ts";
import { type Child, h } from "../dom.ts";
import { said } from "../faults.ts";
import type { People } from "../feed/people.ts";
import { dressed } from "../clothes.ts";
import { type IconName, icon } from "../icons.ts";
import { appointmentWord } from "../nomenclature.ts";
import type { AppointmentStatus } from "../served.ts";
import { toast } from "../toast.ts";
import { t } from "../words.ts";
import { type Standing, noticeWords, standing } from "./notice_words.ts";
import { type AppointmentView, isOpen } from "./served.ts";
import { elsewhereWords } from "./when.ts";

export type RowOptions = {
  readonly ronde: Ronde;
  readonly people: People;
  /** What a visit or a care is called. */
  readonly purpose: (appointment: AppointmentView) => string | null;
  readonly move: (appointment: AppointmentView) => void;
  readonly changed: () => void;
  /** Writes the report of a visit that was held; null where it has none, or others write it. */
  readonly write?: (appointment: AppointmentView) => (() => Promise<void>) | null;
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
const SIGNS: Readonly<Record<Standing["kind"], readonly [IconName, string]>> = {
  alarm: ["warning", "danger-text"],
  waiting: ["clock", "soft"],
  told: ["check", "soft"],
};

/** Draw an appointment; `past` ones ask whether the family came. */
export function appointmentRow(appointment: AppointmentView, options: RowOptions, past: boolean): HTMLElement {
  const { slot } = appointment;
  const start = new Date(slot.start);
  const what = [options.purpose(appointment), appointment.series === null ? null : t("séance d'une série")].filter((each) => each !== null);
  const where = [options.people.name(appointment.professional), slot.place_label, t("{n} min", { n: slot.duration_minutes })];
  const clocks = elsewhereWords(slot.zone);
  return h(
    "li",
    { class: "card appointment", id: `appointment-${appointment.id}` },
    h(
      "div",
      { class: "card-header" },
      h("p", { class: "card-title" }, `${dayOf(start)}, ${timeOf(start)}`),
      h("span", { class: LOOKS[appointment.status] }, appointmentWord(appointment.status)),
    ),
    what.length > 0 && h("p", null, what.join(" · ")),
    h("p", { class: "card-note" }, [...where, ...(clocks === null ? [] : [clocks])].join(" · ")),
    why(appointment),
    notices(appointment),
    isOpen(appointment) ? acts(appointment, options, past) : after(appointment, options),
  );
}

function why({ called_off: off }: AppointmentView): Child {
  return off === null || off.reason === "" ? null : h("p", { class: "card-note" }, t("Motif : {reason}", { reason: off.reason }));
}

function notices({ notices: all }: AppointmentView): Child {
  const summed = standing(all);
  const lines = all.map(noticeWords).filter((each) => each !== null);
  if (summed === null && lines.length === 0) return null;
  const [drawing, look] = SIGNS[summed?.kind ?? "waiting"];
  const words = summed?.words ?? t("Avis à la famille");
  const said = h("p", { class: `signed small ${look}` }, icon(drawing, "small"), h("span", null, words));
  if (lines.length === 0) return said;
  return h("details", { class: "told" }, h("summary", null, said), h("ul", { class: "small soft" }, lines.map((each) => h("li", null, each))));
}

/** What is to be done once it is over: the visit's form, or another appointment. */
function after(appointment: AppointmentView, { remake, write }: RowOptions): Child {
  const report = appointment.status === "honoured" ? (write?.(appointment) ?? null) : null;
  if (report !== null) {
    const button = h("button", { class: "button button-small", type: "button" }, icon("document", "small"), t("Écrire le compte rendu"));
    button.addEventListener("click", () => void busy(button, report()));
    return h("div", { class: "card-footer" }, button);
  }
  if (remake === undefined || appointment.status !== "missed") return null;
  const run = (): void => remake(appointment);
  return h("div", { class: "card-footer" }, h("button", { class: "button button-small", type: "button", onclick: run }, t("Fixer un autre rendez-vous")));
}

function acts(appointment: AppointmentView, options: RowOptions, past: boolean): HTMLElement {
  const button = (label: string, run: () => unknown, look = "button button-small"): HTMLElement =>
    h("button", { class: look, type: "button", onclick: run }, label);
  if (past) {
    return h(
      "div",
      { class: "card-footer" },
      button(t("La famille est venue"), () => say(appointment, options, true), "button button-small button-primary"),
      button(t("Elle n'est pas venue"), () => say(appointment, options, false)),
    );
  }
  const cancel = async (): Promise<void> => {
    const { openCancelling } = await dressed(import("./cancelling.ts"));
    openCancelling(options.ronde, appointment, options.changed);
  };
  return h("div", { class: "card-footer" }, button(t("Déplacer"), () => options.move(appointment)), button(t("Annuler"), cancel, "button button-small button-quiet"));
}

/** Say whether the family came, with a way to take it back. */
async function say({ id }: AppointmentView, { ronde, changed }: RowOptions, honoured: boolean): Promise<void> {
  const put = async (word: boolean | null): Promise<boolean> => {
    try {
      await ronde.api.ask("PUT", `/appointments/${id}/outcome`, { honoured: word });
      return true;
    } catch (error) {
      toast(error instanceof Refused && error.code === "appointment_over" ? t("Ce rendez-vous est déjà clos.") : said(error));
      return false;
    } finally {
      changed();
    }
  };
  if (!(await put(honoured))) return;
  toast(honoured ? t("Noté : la famille est venue.") : t("Noté : la famille n'est pas venue."), { undo: () => void put(null) });
}
