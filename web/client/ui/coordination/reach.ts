/** How somebody is reached: links that call or write, which break where a reader would. */

import { h } from "../dom.ts";

/** A link that calls. */
export function callLink(phone: string): HTMLElement {
  return h("a", { class: "office-reach", href: `tel:${phone}` }, phoneWord(phone));
}

/** A link that writes; on a narrow screen the address goes on after its « @ ». */
export function mailLink(email: string): HTMLElement {
  const at = email.indexOf("@") + 1;
  return h("a", { class: "office-reach", href: `mailto:${email}` }, h("span", null, email.slice(0, at), h("wbr"), email.slice(at)));
}

/** Write a number as its country reads it. */
export function phoneWord(phone: string): string {
  const french = /^\+33(\d)(\d\d)(\d\d)(\d\d)(\d\d)$/u.exec(phone);
  return french === null ? phone : `0${french.slice(1).join(" ")}`;
}
