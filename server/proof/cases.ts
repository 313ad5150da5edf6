import type { IncomingHttpHeaders } from "node:http";
import type { Operation } from "../contract/operations.ts";
import type { Violation } from "../contract/violations.ts";
import type { HandlerResponse } from "../http/respond.ts";

export interface Sent {
  method: string;
  url: string;
  headers: Record<string, string>;
  body: string | undefined;
  /** The response of the handler in the proof's pipeline. Default: 204, which most contracts do not declare. */
  reply?: HandlerResponse;
}

export interface Outcome {
  status: number;
  /** The operation whose handler was called. */
  handledBy: string | undefined;
  /** Undefined if the response does not list them. */
  violations: readonly Violation[] | undefined;
  /** The reason of a 500. */
  error: string | undefined;
  headers: IncomingHttpHeaders;
}

/** A request of an operation and its expected outcome. */
export interface Case {
  /** The part of the contract that it checks: `body /audience: minLength`. */
  clause: string;
  sent: Sent;
  /** As in `is valid and must be accepted`. */
  expected: string;
  /** Whether the place of the violation is in the path: such a request can also lead to another operation. */
  isInPath?: boolean;
  isMet(outcome: Outcome): boolean;
}

/** The difference between a request's outcome and the expected one. */
export function failureText(
  { id }: Operation,
  { sent, outcome }: { sent: Sent; outcome: Outcome },
  expected: string,
): string {
  const body = sent.body === undefined ? "" : ` with the body ${sent.body.slice(0, 300)}`;
  return `${id}: ${sent.method} ${sent.url}${body} ${expected}, but it is ${resultText(outcome)}`;
}

/** As in `a 400 at '/audience'`. */
export function resultText({ status, handledBy, violations = [], error }: Outcome): string {
  if (handledBy !== undefined) return "accepted";
  const places = violations.map((one) => ("pointer" in one ? `'${one.pointer}'` : `${one.in} ${one.name}`));
  const reported = places.length > 0 ? ` at ${[...new Set(places)].join(", ")}` : "";
  return `a ${status}${reported}${error === undefined ? "" : `: ${error}`}`;
}
