/** Compare somebody's identity number with them, and say so for everybody. */

import type { ProfessionalId } from "../../core/ids.ts";
import { NotPossible } from "../../shell/ronde.ts";
import { isKnown } from "../coordination/admission.ts";
import { promise } from "../coordination/fields.ts";
import { notYours } from "../coordination/office.ts";
import { colleagueOf } from "../coordination/people.ts";
import { powersOf } from "../coordination/powers.ts";
import type { Colleague } from "../coordination/served.ts";
import { type Child, h } from "../dom.ts";
import { field, form } from "../form.ts";
import { icon } from "../icons.ts";
import { fullName } from "../parts/avatar.ts";
import { subpage } from "../parts/subpage.ts";
import type { Page, PageContext } from "../router.ts";
import { toast } from "../toast.ts";
import { t } from "../words.ts";

const DIGITS = 64;

export async function attestPage(context: PageContext): Promise<Page> {
  const { ronde, place } = context;
  const me = ronde.me?.professional;
  const title = t("Vérifier une identité");
  if (!powersOf(ronde.me?.role).decide || me === undefined) return { title, element: notYours() };
  const colleague = await colleagueOf(ronde, place.params["professional"] as ProfessionalId);
  const mine = colleague.id === me ? colleague : await colleagueOf(ronde, me);
  const key = await shownKey(context, colleague);
  const element = subpage(
    { href: `/coordination/professionals/${colleague.id}`, name: fullName(colleague) },
    title,
    colleague.id === me ? t("La vôtre d'abord : c'est avec elle que vous répondrez de celles des autres.") : t("Avec {name}, au téléphone si vous reconnaissez sa voix, ou face à face.", { name: fullName(colleague) }),
    body(context, colleague, mine, key),
  );
  return { title, element };
}

async function shownKey({ ronde }: PageContext, colleague: Colleague): Promise<string | null> {
  if (colleague.id === ronde.me?.professional) return ronde.device.identityKey();
  try {
    return await ronde.coordination.identityKey(colleague.id);
  } catch (error) {
    if (error instanceof NotPossible) return null;
    throw error;
  }
}

function body(context: PageContext, colleague: Colleague, mine: Colleague, key: string | null): Child {
  const self = colleague.id === mine.id;
  if (!self && !mine.attested) return firstYourself(mine);
  const settled = colleague.attested && isKnown(context.ronde, colleague.id);
  if (self && settled) return done(colleague);
  if (self && key === null) return h("p", { class: "soft" }, t("Cet appareil n'est pas encore prêt."));
  return [
    !self && h("ol", { class: "prose office-numbers" }, [
      h("li", null, t("La personne ouvre « Compte », puis « Mon identité » dans Ronde.")),
      h("li", null, t("Elle lit à voix haute les seize groupes, ou montre son écran.")),
      h("li", null, t("Vous suivez ici. Un seul signe différent, et l'on s'arrête.")),
    ]),
    key !== null && !settled && compare(context, colleague, key, self),
    !self && typedIn(context, colleague, key === null || settled),
  ];
}

function firstYourself(mine: Colleague): HTMLElement {
  return h(
    "div",
    { class: "banner banner-warm" },
    icon("shield"),
    h("p", null, t("Votre propre identité n'est pas encore vérifiée : commencez par elle.")),
    h("div", { class: "banner-actions" }, h("a", { class: "button button-small", href: `/coordination/attest/${mine.id}` }, t("Commencer"))),
  );
}

function done(colleague: Colleague): HTMLElement {
  return h(
    "div",
    { class: "banner banner-good" },
    icon("check"),
    h("p", null, t("L'identité de {name} est vérifiée.", { name: fullName(colleague) })),
  );
}

function compare(context: PageContext, colleague: Colleague, key: string, self: boolean): HTMLElement {
  const box = promise(self ? t("C'est bien le numéro de mon appareil") : t("Je l'ai comparé avec la personne"));
  return h(
    "section",
    { class: "card" },
    h(
      "div",
      { class: "safety-number code", role: "group", "aria-label": t("Le numéro à comparer") },
      (key.match(/.{1,4}/gu) ?? []).map((each) => h("span", null, each)),
    ),
    !self && drawn(key),
    form({
      fields: [box],
      body: box.element,
      action: self ? t("Confirmer") : t("L'identité est vérifiée"),
      verify: () => (box.input.checked ? [] : [{ field: box, sentence: t("Cochez la case quand vous avez comparé tout le numéro.") }]),
      send: async () => attest(context, colleague, key),
    }),
    !self && h("p", { class: "small muted" }, t("S'il diffère, ne cochez rien : quelqu'un s'est peut-être glissé entre vous. Prévenez l'administration de Ronde.")),
  );
}

/** The same number as a drawing: the page stands before what draws it is loaded. */
function drawn(key: string): HTMLElement {
  const place = h("div");
  const draw = async (): Promise<void> => void place.append((await import("../parts/qr.ts")).qrCode(key, t("Le même numéro, à scanner")));
  draw().catch(() => undefined);
  return place;
}

/** For whoever begins anew, or whose device the server does not show: the number is typed as it is read. */
function typedIn(context: PageContext, colleague: Colleague, open: boolean): HTMLElement {
  const number = field({
    label: t("Le numéro que la personne vous lit"),
    name: "number",
    hint: t("Seize groupes de quatre signes, chiffres et lettres de a à f."),
    input: { class: "input code", autocomplete: "off", autocapitalize: "none", spellcheck: "false", maxlength: 90 },
  });
  const digits = (): string => number.input.value.replace(/[^0-9a-f]/giu, "").toLowerCase();
  const made = form({
    fields: [number],
    body: number.element,
    action: t("L'identité est vérifiée"),
    verify: () => (digits().length === DIGITS ? [] : [{ field: number, sentence: t("Il manque des signes, ou il y en a trop : {n} sur {all}.", { n: digits().length, all: DIGITS }) }]),
    send: async () => attest(context, colleague, digits()),
    blame: (error) => (error instanceof NotPossible ? number : null),
  });
  return h(
    "details",
    { class: "card", open },
    h("summary", { class: "strong" }, t("La personne a tout perdu et repart de zéro")),
    h(
      "div",
      { class: "stack" },
      h("p", { class: "soft" }, t("Son nouvel appareil affiche un nouveau numéro et attend que vous le notiez. Assurez-vous que c'est bien elle.")),
      made,
    ),
  );
}

async function attest({ ronde, go }: PageContext, colleague: Colleague, seen: string): Promise<void> {
  await ronde.coordination.attest(colleague.id, { seen });
  // What was compared face to face is believed on this device too, whatever it saw before.
  await ronde.acceptIdentity(colleague.id, seen);
  const self = colleague.id === ronde.me?.professional;
  toast(self ? t("Votre identité est vérifiée.") : t("L'identité de {name} est vérifiée.", { name: fullName(colleague) }));
  go(self ? "/coordination" : `/coordination/professionals/${colleague.id}`, { replace: true });
}
