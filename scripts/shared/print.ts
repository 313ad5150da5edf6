export type { Print } from "../../server/command-line/print.ts";
