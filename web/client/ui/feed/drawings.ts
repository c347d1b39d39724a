/** Drawings that only a discussion shows. */

import { learnDrawings } from "../icons.ts";

const OF_FEED = {
  sent: "M4.5 12.8l4.2 4.2L18 7.5",
  thumb: "M7 11l4-7.500a1.900 1.900 0 0 1 2.700 2.100L12.800 10h5.200a2 2 0 0 1 2 2.400l-1.200 6a2 2 0 0 1-2 1.600H7zM7 11H4v9h3",
  star: "M12 3.500l2.600 5.400 5.900.8-4.300 4.100 1 5.900-5.200-2.800-5.200 2.800 1-5.900-4.300-4.100 5.900-.8z",
  down: "M5.5 9l6.5 6.5L18.5 9",
} as const;

export type FeedIconName = keyof typeof OF_FEED;

learnDrawings(OF_FEED);
