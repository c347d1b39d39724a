/** My statements, month by month: what was done, what it comes to, and my word that it is so. */

import { Refused } from "../../shell/ronde.ts";
import { actsOf, childrenNamed, childrenOfMine } from "../care/naming.ts";
import { refusalWords } from "../care/refusal.ts";
import { refusalOf } from "../care/sending.ts";
import type { StatementView } from "../care/served.ts";
import { statementFold } from "../care/statement_view.ts";
import { earlyCareOf } from "../care/terms.ts";
import { euros, monthWord, unpricedWords } from "../care/words.ts";
import { dressed } from "../clothes.ts";
import { type Child, fill, h } from "../dom.ts";
import { said } from "../faults.ts";
import { busy } from "../busy.ts";
import { icon } from "../icons.ts";
import "../more_icons.ts";
import { subpage } from "../parts/subpage.ts";
import type { Page, PageContext } from "../router.ts";
import type { Listing } from "../served.ts";
import { toast } from "../toast.ts";
import { t, tn } from "../words.ts";

/** Draw the page; an address may name the month that stands open. */
export async function statementsPage(context: PageContext): Promise<Page> {
  const { ronde } = context;
  const title = t("Mes relevés");
  const me = ronde.me?.professional;
  const path = `/professionals/${me}/statements`;
  const [{ value, fresh }, care, children] = await Promise.all([
    ronde.api.read<Listing<StatementView>>(path),
    earlyCareOf(ronde),
    childrenOfMine(ronde),
  ]);
  const body = h("div", { class: "stack" });
  const naming = { actOf: actsOf(care), childOf: childrenNamed(children) };
  let statements = value.items;
  const take = (changed: StatementView): void => {
    statements = statements.map((each) => (each.id === changed.id ? changed : each));
    draw(changed.month);
  };
  const draw = (open: string | null): void => {
    const folds = statements.map((each) =>
      statementFold(each, { ...naming, open: each.month === open, acts: [fresh && validateButton(context, each, take)] }),
    );
    for (const [at, fold] of folds.entries()) {
      fold.addEventListener("toggle", () => fold.open && context.filter({ month: statements[at]?.month ?? null }));
    }
    fill(body, !fresh && h("p", { class: "banner banner-warm" }, icon("offline"), t("Vous voyez ce que ce navigateur a gardé.")), statements.length === 0 ? nothing() : folds);
  };
  const first = statements.find((each) => each.may_be_validated) ?? statements[0];
  draw(context.place.query.get("month") ?? first?.month ?? null);
  const element = subpage({ href: "/", name: t("Ma journée") }, title, t("Chaque mois : vos séances et consultations, leur montant, votre validation."), body);
  return { title, element };
}

function validateButton(context: PageContext, statement: StatementView, take: (changed: StatementView) => void): Child {
  if (!statement.may_be_validated) return null;
  const button: HTMLElement = h("button", { class: "button button-primary", type: "button", onclick: () => void validate(context, statement, button, take) }, h("span", null, t("Valider ce relevé")));
  return button;
}

async function validate({ ronde, again }: PageContext, statement: StatementView, button: HTMLElement, take: (changed: StatementView) => void): Promise<void> {
  const { lines, total_cents: total, month, professional, unpriced } = statement;
  const { confirm } = await dressed(import("../dialog.ts"));
  const sure = await confirm({
    title: t("Valider le relevé de {month} ?", { month: monthWord(month) }),
    text: [
      h("p", { class: "strong" }, [tn("{n} ligne", "{n} lignes", lines.length), euros(total)].join(" · ")),
      unpricedWords(unpriced) !== null && h("p", { class: "warm-text" }, unpricedWords(unpriced)),
      h("p", null, t("Ensuite il ne change plus : une erreur trouvée plus tard sera reprise sur le prochain.")),
    ],
    action: t("Valider"),
  });
  if (!sure) return;
  try {
    const seen = { lines: lines.length, total_cents: total };
    take(await busy(button, ronde.api.ask<StatementView>("POST", `/professionals/${professional}/statements/${month}/validation`, seen)));
    toast(t("Le relevé est validé. La coordination le met en paiement."));
  } catch (error) {
    toast(error instanceof Refused ? refusalWords(refusalOf(error)) : said(error));
    if (error instanceof Refused) again();
  }
}

function nothing(): HTMLElement {
  return h(
    "div",
    { class: "empty" },
    icon("document"),
    h("p", { class: "empty-title" }, t("Aucun relevé pour l'instant")),
    h("p", null, t("Dès votre première séance ou consultation signée, le mois apparaît ici avec ses lignes.")),
  );
}
