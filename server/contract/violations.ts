import type { BodyViolation, ParameterViolation } from "../../generated/types.ts";
import { originalName } from "./parameters.ts";

/** One violation of the contract in a request, with its place. */
export type Violation = BodyViolation | ParameterViolation;

/** An error of the validator. */
interface BadRequest {
  errors: readonly { path: string; message: string }[];
}

export function isBadRequest(error: unknown): error is BadRequest {
  if (!(error instanceof Error) || !("errors" in error) || !Array.isArray(error.errors)) return false;
  return "status" in error && error.status === 400;
}

/** The violations in an error of the validator; undefined for any other error. */
export function violationsIn(error: unknown): Violation[] | undefined {
  if (!isBadRequest(error)) return undefined;
  return error.errors.map(({ path, message }) => {
    const [, place = "", name = ""] = path.split("/");
    const detail = plain(message);
    // Only declared names are reported, and the contract has no name with "/" or "~", which RFC 6901 would escape.
    if (place === "body") return { pointer: path.slice("/body".length), detail };
    if (place === "headers") return { in: "header", name, detail };
    return { in: place === "query" ? "query" : "path", name: originalName(name), detail };
  });
}

/** An error like those of the validator. */
export function badRequest(errors: readonly { path: string; message: string }[]): Error {
  return Object.assign(new Error("The request violates the contract."), { status: 400, errors });
}

/** Rewords Ajv's messages that use its own notation, and the validator's own. */
function plain(message: string): string {
  if (message.startsWith("must have required property")) return "must be present";
  // The validator has no message for null.
  if (message === 'must pass "readOnly" keyword validation') return "is read-only";
  return /^must be [a-z]+(,[a-z]+)+$/.test(message) ? message.replaceAll(",", " or ") : message;
}
