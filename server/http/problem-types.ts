import type { Operations } from "../../generated/operations.ts";

/**
 * Those of the contract, those of requests that end before it is known which operation they are for, and those that a
 * stub's control port has alone.
 */
type ErrorStatus = Exclude<Operations[keyof Operations]["response"]["status"], 200> | 408 | 431 | 409 | 421;

export interface Refusal {
  status: ErrorStatus;
  title: string;
  /** What the caller can do, where the refusal itself brings no other words. */
  detail?: string;
}

/** Every way this server refuses on purpose. The key is the stable part of `type`. */
export const REFUSALS = {
  "malformed-http": { status: 400, title: "This is not HTTP as RFC 9112 describes it" },
  "upgrade-refused": { status: 400, title: "This server speaks HTTP/1.1 and nothing else" },
  "request-timeout": { status: 408, title: "The request did not arrive in time" },
  "headers-too-large": { status: 431, title: "The headers are larger or more than this server accepts" },
  "invalid-request": { status: 400, title: "The request does not match the contract" },
  unauthenticated: { status: 401, title: "Valid credentials are required" },
  forbidden: { status: 403, title: "The credentials lack the permission this operation needs" },
  "unknown-user": {
    status: 404,
    title: "No user has this id",
    detail: "A sync creates no users. Nothing was written.",
  },
  "unknown-path": { status: 404, title: "Nothing is served at this path" },
  "method-not-allowed": {
    status: 405,
    title: "This path does not offer this method",
    detail: "The header Allow lists the methods of this path.",
  },
  "not-acceptable": { status: 406, title: "The answer can't be sent in a media type you accept" },
  "content-too-large": { status: 413, title: "The body is larger than this server accepts" },
  "unsupported-media-type": {
    status: 415,
    title: "The body is in a media type or coding this operation does not take",
  },
  "too-many-requests": {
    status: 429,
    title: "Too many wrong secrets; wait before trying again",
    detail: "The header Retry-After says how long to wait.",
  },
  "internal-error": {
    status: 500,
    title: "The server failed; the cause is in its log",
    detail: "The log has the cause under the request id. Sending the request again is safe.",
  },
  "session-refused": { status: 500, title: "This stub can't load its directory for a session of its own" },
  overloaded: {
    status: 503,
    title: "The server has more requests than it can answer in time",
    detail: "The header Retry-After says how long to wait. Nothing was done for this request.",
  },
  unavailable: {
    status: 503,
    title: "The server can't answer right now; repeat the request later",
    detail: "The header Retry-After says how long to wait. Sending the request again is safe.",
  },
  "foreign-host": {
    status: 421,
    title: "The control port does not go by this name",
    detail: "The header Host must name the address and port it listens on, or localhost with that port.",
  },
  "foreign-origin": {
    status: 403,
    title: "The control port takes no requests from pages of other origins",
    detail: "Its own page, and programs that are no browser, may send them.",
  },
  "fixed-directory": {
    status: 409,
    title: "The directory of this stub can't be replaced",
    detail: "Its users are in a database. Without --database they are in memory, and can be replaced.",
  },
} as const satisfies Record<string, Refusal>;

export type RefusalKey = keyof typeof REFUSALS;
