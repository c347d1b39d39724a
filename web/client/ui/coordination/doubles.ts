/** A child who looks like one that is there: show which, and let the person decide. */

import { childName } from "../circle/naming.ts";
import { dateOf } from "../dates.ts";
import { openDialog } from "../dialog.ts";
import { type Child, h } from "../dom.ts";
import { icon } from "../icons.ts";
import type { ChildHeader } from "../served.ts";
import { t } from "../words.ts";

/** Ask whether it is one of these; true to register another child all the same. */
export function isAnother(likely: readonly ChildHeader[]): Promise<boolean> {
  return new Promise((resolve) => {
    let another = false;
    const goOn = (): void => {
      another = true;
      dialog.close();
    };
    const dialog = openDialog({
      title: t("Un enfant lui ressemble déjà"),
      body: [
        h("p", null, t("Même date de naissance, et des noms qui commencent pareil. Est-ce lui ?")),
        likely.length > 0 && h("ul", { class: "list card card-flush" }, likely.map((each) => row(each, () => dialog.close()))),
      ],
      footer: [
        h("button", { class: "button", type: "button", onclick: () => dialog.close() }, t("Revenir au formulaire")),
        h("button", { class: "button button-primary", type: "button", onclick: goOn }, t("C'est un autre enfant : l'inscrire")),
      ],
      closed: () => resolve(another),
    });
  });
}

function row(child: ChildHeader, close: () => void): Child {
  return h(
    "li",
    null,
    h(
      "a",
      { class: "list-row list-link", href: `/coordination/children/${child.id}`, onclick: close },
      h(
        "span",
        { class: "list-main office-line" },
        h("span", { class: "list-title" }, childName(child)),
        h("span", { class: "list-note" }, t("Naissance : {day}", { day: dateOf(child.birth_date) })),
      ),
      h("span", { class: "list-end muted" }, icon("forward", "small")),
    ),
  );
}
