/** In the order of the table. Ours carry the letters of the list; the others are what they are compared with. */
export const CONTESTANT_NAMES = [
  "prism",
  "prism-small",
  "node",
  "express",
  "validator",
  "a",
  "a-bearer",
  "b",
  "c",
  "c-bearer",
  "d",
  "e",
  "f",
] as const;

export type ContestantName = (typeof CONTESTANT_NAMES)[number];
