/** Where this browser cannot go on by itself: another person's device, or an older page. */

import type { PageContext, Page } from "../router.ts";
import { confirm } from "../dialog.ts";
import { h } from "../dom.ts";
import { door } from "../parts/door.ts";
import { t } from "../words.ts";

/** Say what stands in the way and what to do about it. */
export function standingPage(context: PageContext): Page {
  return context.ronde.standing.kind === "too-new" ? olderPage() : othersDevice(context);
}

function olderPage(): Page {
  const reload = (): void => location.reload();
  const element = door(
    t("Une nouvelle version est là"),
    t("Cet onglet est resté sur l'ancienne. Rechargez-le pour continuer ; rien n'est perdu."),
    h("button", { class: "button button-primary button-wide", type: "button", onclick: reload }, t("Recharger")),
  );
  return { title: t("Nouvelle version"), element, layout: "door" };
}

function othersDevice({ ronde }: PageContext): Page {
  const wipe = async (): Promise<void> => {
    const sure = await confirm({
      title: t("Effacer ce navigateur ?"),
      text: t("Les discussions gardées ici disparaissent. Leur propriétaire les retrouve avec son code de récupération."),
      action: t("Effacer"),
      danger: true,
    });
    if (sure) await ronde.signOut({ wipe: true });
  };
  const leave = (): void => void ronde.signOut({ wipe: false });
  const element = door(
    t("Ce navigateur est à quelqu'un d'autre"),
    t("Il garde les discussions d'une autre personne. Chacun son navigateur, ou sa session sur l'ordinateur."),
    h("button", { class: "button button-primary button-wide", type: "button", onclick: leave }, t("Me déconnecter")),
    h("button", { class: "button button-danger button-wide", type: "button", onclick: () => void wipe() }, t("Effacer et l'utiliser moi-même")),
  );
  return { title: t("Autre compte"), element, layout: "door" };
}
