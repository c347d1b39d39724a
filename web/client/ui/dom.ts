/**
 * Building the page: elements are made by calls, text is always text.
 *
 * `h("p", { class: "muted" }, "Bonjour")` makes an element. A property whose name begins with
 * `on` is a listener (`onclick: () => …`), `true` sets an attribute without a value, `false`,
 * `null` and `undefined` leave it out. Children may be nodes, texts, numbers or lists of them.
 */

export type Child = Node | string | number | false | null | undefined | readonly Child[];
type Listener = (event: never) => unknown;
export type Props = Readonly<Record<string, string | number | boolean | null | undefined | Listener>>;

const SVG = "http://www.w3.org/2000/svg";
/** What must be set as a property, since the attribute only names the first value. */
const LIVE = new Set(["value", "checked", "selected", "indeterminate"]);

/** Make an HTML element with attributes, listeners and children. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  props?: Props | null,
  ...children: readonly Child[]
): HTMLElementTagNameMap[K];
export function h(tag: string, props?: Props | null, ...children: readonly Child[]): HTMLElement;
export function h(tag: string, props?: Props | null, ...children: readonly Child[]): HTMLElement {
  const made = document.createElement(tag);
  // Children first: a select's value names one of its options.
  made.append(...nodes(children));
  assign(made, props ?? {});
  return made;
}

/** Make an SVG element; sizes and colours come from the stylesheet. */
export function svg(tag: string, props?: Props | null, ...children: readonly Child[]): SVGElement {
  const made = document.createElementNS(SVG, tag);
  made.append(...nodes(children));
  assign(made, props ?? {});
  return made;
}

/** Set attributes and listeners on an element that stands already. */
export function assign(element: Element, props: Props): void {
  for (const [name, value] of Object.entries(props)) {
    if (typeof value === "function") {
      element.addEventListener(name.slice(2), value as EventListener);
    } else if (LIVE.has(name)) {
      Reflect.set(element, name, value ?? "");
    } else if (value === false || value === null || value === undefined) {
      element.removeAttribute(name);
    } else {
      element.setAttribute(name, value === true ? "" : String(value));
    }
  }
}

/** Replace all that an element holds. */
export function fill<E extends Element>(element: E, ...children: readonly Child[]): E {
  element.replaceChildren(...nodes(children));
  return element;
}

/** Flatten children into what `append` takes; nothing is left of the absent ones. */
function nodes(children: readonly Child[]): (Node | string)[] {
  return children.flatMap((child) => {
    if (child === null || child === undefined || child === false) return [];
    if (typeof child === "number") return [String(child)];
    if (typeof child === "string" || child instanceof Node) return [child];
    return nodes(child);
  });
}

/** Make an id that no other element of this page has, for labels and descriptions. */
export function freshId(word: string): string {
  lastId += 1;
  return `${word}-${lastId}`;
}
let lastId = 0;

/** Find the one element that must be there. @throws Error when the page is not what it should be. */
export function found<E extends Element>(root: ParentNode, selector: string): E {
  const element = root.querySelector<E>(selector);
  if (element === null) throw new Error(`nothing answers to ${selector}`);
  return element;
}

/** Tell people who do not see the page what has just happened, in a polite live region. */
export function announce(sentence: string): void {
  const region = document.querySelector("#news");
  if (region === null) return;
  region.textContent = "";
  // A region that is emptied and filled in one go is not read again.
  requestAnimationFrame(() => {
    region.textContent = sentence;
  });
}
