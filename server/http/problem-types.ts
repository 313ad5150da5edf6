import type { Operations } from "../../generated/operations.ts";

/** A kind of problem (RFC 9457 section 3.1). */
export interface ProblemType {
  status: number;
  title: string;
  /** Default detail: how the caller can proceed. */
  detail?: string;
}

/** Error statuses of the contract, and 408 and 431 for requests that end before their operation is known. */
type ErrorStatus = Exclude<Operations[keyof Operations]["response"]["status"], 200> | 408 | 431;

/** The problem types of the service. The key is the last part of `type` and is stable. */
export const PROBLEM_TYPES = {
  "malformed-http": { status: 400, title: "The bytes are not HTTP/1.1 (RFC 9112)" },
  "request-timeout": { status: 408, title: "The request did not arrive in time" },
  "headers-too-large": { status: 431, title: "The headers are too large or too many" },
  "invalid-request": { status: 400, title: "The request does not match the contract" },
  unauthenticated: { status: 401, title: "Valid credentials are required" },
  forbidden: { status: 403, title: "The credentials lack the permission this operation needs" },
  "unknown-user": {
    status: 404,
    title: "No user has this id",
    detail: "A sync creates no users. Nothing was written.",
  },
  "unknown-path": { status: 404, title: "No operation has this path" },
  "method-not-allowed": {
    status: 405,
    title: "This path does not support this method",
    detail: "The header Allow lists the methods of this path.",
  },
  "not-acceptable": { status: 406, title: "The response is not available in a media type you accept" },
  "content-too-large": { status: 413, title: "The body is larger than this server accepts" },
  "unsupported-media-type": {
    status: 415,
    title: "The operation does not accept this media type or content coding",
  },
  "too-many-requests": {
    status: 429,
    title: "Too many wrong secrets; wait before trying again",
    detail: "The header Retry-After gives the time to wait.",
  },
  "internal-error": {
    status: 500,
    title: "The server failed; the cause is in its log",
    detail: "The log has the cause under the request id. Sending the request again is safe.",
  },
  overloaded: {
    status: 503,
    title: "The server is overloaded",
    detail: "The request was not processed. The header Retry-After gives the time to wait.",
  },
  unavailable: {
    status: 503,
    title: "The server is temporarily unavailable; repeat the request later",
    detail: "The header Retry-After gives the time to wait. Sending the request again is safe.",
  },
} as const satisfies Record<string, ProblemType & { status: ErrorStatus }>;

export type ProblemKey = keyof typeof PROBLEM_TYPES;
