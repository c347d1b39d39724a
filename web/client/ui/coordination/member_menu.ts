/** What a coordinator can do with somebody of a circle, asked for from the button beside their name. */

import { confirm } from "../dialog.ts";
import { h } from "../dom.ts";
import { busy } from "../busy.ts";
import { openMenu } from "../menu.ts";
import { t } from "../words.ts";

/** `called` is how one speaks of them in a sentence. */
export type OfMember = { readonly name: string; readonly called: string; readonly release: () => Promise<void> };

/** Open the menu; letting go is asked about first. */
export function openMemberMenu(button: HTMLElement, { name, called, release }: OfMember): void {
  const ask = async (): Promise<void> => {
    const sure = await confirm({
      title: t("Retirer {name} du cercle ?", { name }),
      text: [
        h("p", null, t("Dès maintenant, {name} ne lira plus rien de nouveau et n'apparaîtra plus parmi les membres.", { name: called })),
        h("p", { class: "soft" }, t("Ce qui a déjà été lu reste sur ses appareils. Vous pourrez l'y faire revenir.")),
      ],
      action: t("Retirer du cercle"),
      danger: true,
    });
    if (sure) await busy(button, release());
  };
  openMenu(button, [{ label: t("Retirer du cercle"), icon: "leave", danger: true, run: () => void ask() }]);
}
