/** What a file says, line by line, and what is taken over of it. */

import { dateOf, dayAndTime } from "../dates.ts";
import { confirm } from "../dialog.ts";
import { h } from "../dom.ts";
import { titleOf } from "../importing/runs.ts";
import { Report } from "../importing/report.ts";
import type { ImportView } from "../importing/served.ts";
import { refusalWord } from "../importing/words.ts";
import { subpage } from "../parts/subpage.ts";
import type { Page, PageContext } from "../router.ts";
import { toast } from "../toast.ts";
import { t, tn } from "../words.ts";

export async function coordinationImportReportPage(context: PageContext): Promise<Page> {
  const { ronde, place, signal } = context;
  const title = t("Rapport d'import");
  const run = await ronde.api.ask<ImportView>("GET", `/imports/${place.params["import"]}`, undefined, { signal });
  const report = new Report(context, run);
  await report.begin();
  const what = `${titleOf(run)}, ${tn("{n} ligne", "{n} lignes", run.lines)}`;
  const element = subpage(
    { href: "/coordination/import", name: t("Importer un fichier") },
    title,
    t("{what}, lu {when}. Une ligne ne change rien tant que vous ne la reprenez pas.", { what, when: dayAndTime(run.at) }),
    report.element,
    run.state !== "over" && forgetting(context, run),
  );
  return { title, element };
}

function forgetting({ ronde, go }: PageContext, run: ImportView): HTMLElement {
  const forget = async (): Promise<void> => {
    const sure = await confirm({
      title: t("Effacer ce rapport ?"),
      text: t("Ce qui a été lu est effacé, et les lignes qui ne sont pas reprises avec. Les fiches créées restent."),
      action: t("Effacer"),
      danger: true,
    });
    if (!sure) return;
    try {
      await ronde.api.ask("DELETE", `/imports/${run.id}`);
      toast(t("Le rapport est effacé."));
      go("/coordination/import");
    } catch (error) {
      toast(refusalWord(error));
    }
  };
  return h(
    "p",
    { class: "small soft row-between" },
    h("span", null, t("Ce rapport s'efface de lui-même le {day}.", { day: dateOf(run.kept_until) })),
    h("button", { class: "button button-small button-quiet", type: "button", onclick: forget }, t("L'effacer maintenant")),
  );
}
