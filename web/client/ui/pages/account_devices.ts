/** Where one is: devices that read one's discussions, and sessions that are open. */

import { Refused, type Ronde } from "../../shell/ronde.ts";
import type { DeviceId } from "../../core/ids.ts";
import { ago, nearDay } from "../dates.ts";
import { confirm, openDialog } from "../dialog.ts";
import { type Child, fill, h } from "../dom.ts";
import { said } from "../faults.ts";
import { field, form } from "../form.ts";
import { type IconName, icon } from "../icons.ts";
import { openMenu } from "../menu.ts";
import { machineName } from "../parts/machine.ts";
import { subpage } from "../parts/subpage.ts";
import type { Page, PageContext } from "../router.ts";
import { toast } from "../toast.ts";
import { t } from "../words.ts";

type Device = {
  readonly id: DeviceId;
  readonly name: string;
  readonly registered_at: string;
  /** A day, and no finer. */
  readonly last_seen_at: string | null;
};
type Session = {
  readonly id: string;
  readonly device: DeviceId | null;
  readonly browser: string;
  readonly system: string;
  readonly opened_at: string;
  readonly seen_at: string;
  readonly current: boolean;
};
type Lists = { readonly devices: readonly Device[]; readonly sessions: readonly Session[] };

/** Draw the page. */
export async function devicesPage({ ronde }: PageContext): Promise<Page> {
  const devices = h("ul", { class: "card card-flush list" });
  const sessions = h("ul", { class: "card card-flush list" });
  const draw = async (): Promise<void> => {
    const lists = await read(ronde);
    const unlisted = ronde.standing.kind === "ready" ? ronde.device.unlisted(lists.devices.map(({ id }) => id)) : [];
    fill(devices, lists.devices.map((each) => deviceRow(ronde, each, draw)), unlisted.map((each) => unlistedRow(ronde, each, draw)));
    fill(sessions, lists.sessions.map((each) => sessionRow(ronde, each, draw)));
  };
  await draw();
  const element = subpage(
    { href: "/account", name: t("Compte") },
    t("Appareils et sessions"),
    t("Retirez ce que vous ne reconnaissez pas ou n'utilisez plus."),
    section(t("Appareils"), t("Ils gardent vos discussions et peuvent les lire."), devices),
    section(t("Sessions ouvertes"), t("Les connexions en cours à votre compte."), sessions),
  );
  return { title: t("Appareils et sessions"), element };
}

async function read(ronde: Ronde): Promise<Lists> {
  const [devices, sessions] = await Promise.all([
    ronde.api.read<{ devices: Device[] }>("/devices"),
    ronde.api.read<{ sessions: Session[] }>("/sessions"),
  ]);
  return { ...devices.value, ...sessions.value };
}

function section(title: string, note: string, body: HTMLElement): HTMLElement {
  return h("section", { class: "section" }, h("div", null, h("h2", { class: "section-title" }, title), h("p", { class: "section-note" }, note)), body);
}

function deviceRow(ronde: Ronde, device: Device, again: () => Promise<void>): HTMLElement {
  const here = ronde.standing.kind === "ready" && ronde.standing.device === device.id;
  const rename = (): void => askName(ronde, device, again);
  const remove = (): void => void removeDevice(ronde, device, again);
  const more = h("button", { class: "icon-button", type: "button", "aria-haspopup": "menu", "aria-label": t("Actions pour {name}", { name: nameOf(device) }) }, icon("more"));
  more.addEventListener("click", () => {
    const acts = [{ label: t("Renommer"), icon: "pencil" as IconName, run: rename }];
    openMenu(more, here ? acts : [...acts, { label: t("Retirer"), icon: "trash", run: remove, danger: true }]);
  });
  const seen = device.last_seen_at ?? device.registered_at;
  return h(
    "li",
    { class: "list-row" },
    h("span", { class: "row-sign" }, icon("phone")),
    h(
      "div",
      { class: "list-main" },
      h("p", { class: "list-title" }, nameOf(device), " ", here && h("span", { class: "badge badge-good" }, t("Cet appareil"))),
      h("p", { class: "list-note" }, t("Vu {when}", { when: nearDay(seen) })),
    ),
    h("div", { class: "list-end" }, more),
  );
}

/** A device that still reads along and that no list of the account's names: its owner knows why. */
function unlistedRow(ronde: Ronde, id: DeviceId, again: () => Promise<void>): HTMLElement {
  const remove = (): void => void removeDevice(ronde, { id, name: t("Appareil absent de votre compte") }, again);
  return h(
    "li",
    { class: "list-row" },
    h("span", { class: "row-sign" }, icon("warning")),
    h(
      "div",
      { class: "list-main" },
      h("p", { class: "list-title" }, t("Appareil absent de votre compte")),
      h("p", { class: "list-note" }, t("Il est encore dans vos discussions. Retirez-le si vous ne l'avez plus.")),
    ),
    h("div", { class: "list-end" }, h("button", { class: "button button-small", type: "button", onclick: remove }, t("Retirer"))),
  );
}

function nameOf(device: Pick<Device, "name">): string {
  return device.name === "" ? t("Appareil sans nom") : device.name;
}

function askName(ronde: Ronde, device: Device, again: () => Promise<void>): void {
  const name = field({ label: t("Nom de l'appareil"), name: "device", input: { value: device.name, maxlength: 60, autofocus: true } });
  const dialog = openDialog({
    title: t("Renommer l'appareil"),
    body: form({
      fields: [name],
      body: name.element,
      action: t("Enregistrer"),
      verify: () => (name.input.value.trim() === "" ? [{ field: name, sentence: t("Donnez-lui un nom.") }] : []),
      send: async () => {
        await ronde.api.ask("PUT", `/devices/${device.id}/name`, { name: name.input.value.trim() });
        dialog.close();
        await again();
      },
    }),
  });
}

async function removeDevice(ronde: Ronde, device: Pick<Device, "id" | "name">, again: () => Promise<void>): Promise<void> {
  const sure = await confirm({
    title: t("Retirer « {name} » ?", { name: nameOf(device) }),
    text: t("Il ne pourra plus rien lire de nouveau ni se connecter. Cela ne s'annule pas."),
    action: t("Retirer"),
    danger: true,
  });
  if (!sure) return;
  await ronde.device.remove(device.id).then(
    () => toast(t("Appareil retiré.")),
    (error: unknown) => toast(said(error)),
  );
  await again();
}

function sessionRow(ronde: Ronde, session: Session, again: () => Promise<void>): HTMLElement {
  const end = (): void => void endSession(ronde, session, again);
  const act: Child = session.current
    ? h("span", { class: "badge badge-good" }, t("Celle-ci"))
    : h("button", { class: "button button-small", type: "button", onclick: end }, t("Fermer"));
  return h(
    "li",
    { class: "list-row" },
    h("span", { class: "row-sign" }, icon("globe")),
    h(
      "div",
      { class: "list-main" },
      h("p", { class: "list-title" }, machineName(session.browser, session.system)),
      h("p", { class: "list-note" }, t("Ouverte {opened}, vue {seen}", { opened: ago(session.opened_at), seen: ago(session.seen_at) })),
    ),
    h("div", { class: "list-end" }, act),
  );
}

async function endSession(ronde: Ronde, session: Session, again: () => Promise<void>): Promise<void> {
  try {
    await ronde.api.ask("DELETE", `/sessions/${session.id}`);
    toast(t("Session fermée."));
  } catch (error) {
    if (!(error instanceof Refused) || error.status !== 404) toast(said(error));
  }
  await again();
}
