/** What of the pages travels together: few files for each, and little that it could do without. */

import type { LayerStart } from "./grouping.ts";

/** What every page begins with. */
export const ENTRY = "ui/app.ts";
/** What every page needs besides where somebody is signed in. */
export const SESSION = "shell/rooms.ts";

export const LAYERS: readonly LayerStart[] = [
  { entry: ENTRY, named: /^ui\/dates\.ts$/ },
  { entry: SESSION, named: /^ui\/(?:circle\/naming|feed\/people|nomenclature)\.ts$/ },
  // The rule of tasks is for those who show some, and goes with the feed.
  { named: /^(?:core\/(?!content_tasks)|shell\/)/ },
  { named: /^ui\/(?:busy|faults)\.ts$/ },
  { named: /^ui\/(?:more_icons|parts\/subpage)\.ts$/ },
  { named: /^ui\/(?:dialog|form)\.ts$/ },
  { named: /^ui\/(?:at_once|circle\/frame|feed\/glance)\.ts$/ },
  { named: /^(?:ui\/feed\/(?:asked|fold|grouping|preview|tasks|words_of)|core\/content_tasks)\.ts$/ },
  { entry: "ui/pages/circle.ts", named: /^ui\/feed\// },
  { named: /^ui\/tasks\// },
  { named: /^ui\/coordination\/directory\.ts$/ },
  { named: /^ui\/coordination\/(?:office|paged|people|powers)\.ts$/ },
  { named: /^ui\/coordination\/(?:board_(?:names|served|words)|duty_words)\.ts$/ },
];
