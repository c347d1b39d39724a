/** What the server does not take, said at the button: why, whose move it is, and a way to them. */

import type { ChannelId, CircleId } from "../../core/ids.ts";
import { Refused, type Ronde } from "../../shell/ronde.ts";
import { type Child, h } from "../dom.ts";
import { icon } from "../icons.ts";
import type { CircleGlance } from "../served.ts";
import { t } from "../words.ts";
import type { Refusal } from "./queue.ts";
import type { Mender } from "./served.ts";

/** Say why something of early care was refused, and what to do now. */
export function refusalWords({ code, title }: Refusal): string {
  return REFUSALS[code]?.() ?? (title === "" ? t("La demande a été refusée.") : `${title}.`);
}

const REFUSALS: Readonly<Record<string, () => string>> = {
  no_convention_that_day: () => t("Votre convention n'était pas en vigueur ce jour-là. La coordination peut corriger ses dates ou la renouveler."),
  no_active_convention: () => t("La convention n'est pas en vigueur aujourd'hui. La coordination peut la renouveler."),
  quota_used_up: () => t("Il ne reste plus de séance de cette sorte dans ce forfait. Le médecin peut prescrire la suite."),
  after_its_end: () => t("Le forfait était échu ce jour-là. Le médecin peut prescrire la suite."),
  before_opening: () => t("Le forfait n'était pas encore ouvert ce jour-là. Vérifiez la date, ou demandez à la coordination."),
  session_in_the_future: () => t("Cette séance n'a pas encore eu lieu. Vérifiez la date et l'heure."),
  slot_claimed: () => t("Vous avez déjà une séance avec cet enfant à cette heure. Vérifiez l'heure."),
  not_their_forfait: () => t("Ce forfait est celui d'un collègue. La coordination peut vous l'attribuer."),
  not_of_the_discipline: () => t("Ce soin revient à une autre profession. La coordination peut changer l'attribution."),
  forfait_closed: () => t("Ce forfait est fermé. La coordination vous dira la suite."),
  bad_session: () => t("Vérifiez la durée, le lieu et la note : trois lignes au plus."),
  bad_answers: () => t("Quelque chose ne convient pas : vérifiez la durée et le lieu."),
  too_late_to_undo: () => t("Cette séance a été enregistrée un autre jour : corrigez-la depuis les soins de l'enfant."),
  already_taken_back: () => t("Cette séance est déjà retirée."),
  not_a_prescriber: () => t("Seul le médecin qui suit l'enfant prescrit."),
  prescription_cancelled: () => t("Cette prescription a été annulée. Le médecin peut en écrire une autre."),
  prescription_lapsed: () => t("Cette prescription est périmée. Le médecin peut en écrire une autre."),
  prescription_used: () => t("Un forfait est ouvert sur cette prescription : c'est lui qu'il faut fermer."),
  forfait_open: () => t("Un forfait de ce soin est encore en cours : il faut d'abord le finir ou le fermer."),
  no_renewal_left: () => t("Le parcours ne prévoit pas d'autre forfait de ce soin pour cet enfant."),
  review_missing: () => t("Le bilan de fin du forfait précédent manque : le professionnel qui l'a suivi doit le signer dans les documents de l'enfant."),
  beyond_the_terms: () => t("C'est plus que ce que prévoit le parcours. Baissez le nombre de séances ou la durée."),
  reason_missing: () => t("Il manque le motif, en 500 signes au plus."),
  circle_closed: () => t("Le cercle de cet enfant est fermé."),
  statement_moved: () => t("Le relevé a changé depuis que vous l'avez ouvert. Relisez-le, puis validez."),
  statement_locked: () => t("Ce relevé est déjà validé. Une correction ira sur le prochain."),
  month_not_over: () => t("Ce mois n'est pas terminé : il se valide à partir du premier jour du mois suivant."),
  nothing_to_state: () => t("Ce relevé est vide."),
  not_validated: () => t("Ce relevé n'a pas encore été validé par son professionnel."),
  paid_on: () => t("Choisissez un jour entre la fin du mois et aujourd'hui."),
};

/** Let a form say a refusal of early care in these words instead of the server's few. */
export async function plainly<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof Refused) || REFUSALS[error.code] === undefined) throw error;
    const { status, code, mendedBy } = error;
    const title = refusalWords({ code, title: "", mender: null }).replace(/\.$/u, "");
    throw new Refused({ status, code: `care_${code}`, title, mendedBy });
  }
}

/** Where and to whom somebody writes about a refusal. */
export type Asking = { readonly ronde: Ronde; readonly circle: CircleId; readonly go: (href: string) => void };

/** A button that opens the circle's discussion with the words begun; nothing where the move is one's own. */
export function askButton(asking: Asking, mender: Mender | null, sentence: string): Child {
  if (mender !== "coordinator" && mender !== "physician") return null;
  const label = mender === "coordinator" ? t("Écrire à la coordination") : t("Écrire au médecin");
  const write = async (): Promise<void> => {
    await beginMessage(asking, mender, sentence).catch(() => undefined);
    asking.go(`/circles/${asking.circle}`);
  };
  return h("button", { class: "button button-small", type: "button", onclick: () => void write() }, icon("message", "small"), label);
}

/** Put the first words into the discussion's field, unless somebody has begun something there. */
async function beginMessage({ ronde, circle }: Asking, mender: Mender, sentence: string): Promise<void> {
  const [channel] = (await ronde.circle(circle)).channels;
  if (channel === undefined) return;
  const key = draftOf(channel);
  if ((await ronde.draft(key)) !== null) return;
  const { value } = await ronde.api.read<CircleGlance>(`/circles/${circle}/members`);
  const names = value.members
    .filter((each) => (mender === "physician" ? each.professional === value.child.referring_physician : each.role === mender))
    .map((each) => `@${each.given_name} ${each.family_name}`);
  await ronde.saveDraft(key, { text: [...names, sentence].join(" "), urgent: false });
}

/** Under which name the discussion keeps what somebody began to write. */
function draftOf(channel: ChannelId): string {
  return `composer:${channel}`;
}
