/** What shows that a button's work goes on. */

/** Show on a button that its work goes on; it cannot be pressed twice meanwhile. */
export async function busy<T>(button: HTMLElement, work: Promise<T>): Promise<T> {
  button.setAttribute("aria-busy", "true");
  try {
    return await work;
  } finally {
    button.removeAttribute("aria-busy");
  }
}
