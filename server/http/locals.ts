import type { Operations } from "../../generated/operations.ts";
import type { Caller } from "../auth/security.ts";
import type { Violation } from "./problem.ts";

/** What the stages of the way in learn about a request, in this order, and hand on in `response.locals`. */
export interface Exchange {
  requestId: string;
  /** Path template of the operation, or a path of the server's own such as `/livez`. */
  route: string;
  operationId: keyof Operations;
  /** Path parameters as sent, percent-encoded. */
  encodedPath: Readonly<Record<string, string>>;
  caller: Caller;
  /** Path parameters, decoded. */
  path: Readonly<Record<string, string>>;
  /** The body as it was sent. */
  sentText: string;
  /** Media type of a good answer, chosen by Accept. */
  answerMediaType: string;
  /** Key of the refusal that ended the request. */
  problem: string;
  /** What was wrong with the request. */
  violations: readonly Violation[];
}

declare global {
  namespace Express {
    interface Locals extends Exchange {}
  }
}
