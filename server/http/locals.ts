import type { Caller } from "../auth/security.ts";
import type { Operation } from "../contract/operations.ts";
import type { Violation } from "../contract/violations.ts";
import type { Store } from "../store/store.ts";
import type { Shutdown } from "./shutdown.ts";

/** State of a request in `response.locals`, in the order in which middleware sets it. */
export interface RequestLocals {
  requestId: string;
  /** Decides whether a response closes its connection. */
  shutdown: Pick<Shutdown, "isOpen" | "closes">;
  /** Registers a function for the end of the request: the response is sent or the connection is closed. */
  onEnd: (work: () => void) => void;
  /** Path template of the operation, or a health path such as `/livez`. */
  route: string;
  operation: Operation;
  /** Path parameters as sent, percent-encoded. */
  encodedPath: Readonly<Record<string, string>>;
  /** The query as sent, without "?". */
  queryText: string;
  caller: Caller;
  /** Codes of the reasons for a 401 or 403, by security scheme; for the log only. */
  refusals: Readonly<Record<string, string>>;
  /** The store of the request's session; undefined in service mode, which has one store. */
  store?: Pick<Store, "sync">;
  /** Path parameters, decoded. */
  path: Readonly<Record<string, string>>;
  /** The declared media type that the body's Content-Type matches. */
  requestMediaType: string;
  /** Media type of a successful response, negotiated by Accept. */
  responseMediaType: string;
  /** The body as it was sent; absent without one. */
  bodyText?: string;
  /** Key of the problem that ended the request. */
  problem: string;
  violations: readonly Violation[];
}

declare global {
  namespace Express {
    interface Locals extends RequestLocals {}
  }
}
