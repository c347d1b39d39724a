/** One document that is open before somebody, with all that is needed to show it. */

import type { PageContext } from "../router.ts";
import type { Names } from "./answer_words.ts";
import type { Setting } from "./around.ts";
import type { DocumentView, FormDefinition, PathwayForm } from "./served.ts";

export type Opened = {
  readonly context: PageContext;
  readonly document: DocumentView;
  readonly form: FormDefinition;
  /** The form has a newer version by now. */
  readonly isOlder: boolean;
  readonly setting: Setting;
  readonly names: Names;
  readonly pathway: PathwayForm;
};

/** What is drawn below the head; `leave` is waited for before another page is drawn. */
export type Drawn = { readonly element: HTMLElement; readonly leave?: () => Promise<boolean> };
