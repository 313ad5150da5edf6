import type { RequestHandler } from "express";
import { middleware } from "express-openapi-validator";
import type { ContractDocument } from "./document.ts";
import { requestDocument } from "./request-document.ts";
import type { Violation } from "./violations.ts";

type ApiDocument = Exclude<Parameters<typeof middleware>[0]["apiSpec"], string>;

/**
 * Validates path parameters and body against the contract and throws all violations at once, see `violationsIn`. The
 * validator's own security is off, because it runs after the body is read.
 */
export function requestValidation(document: ContractDocument): RequestHandler[] {
  return middleware({
    // The validator has a type of its own for documents.
    apiSpec: requestDocument(document) as ApiDocument,
    $refParser: { mode: "bundle" },
    validateApiSpec: false,
    validateRequests: { allErrors: true, allowUnknownQueryParameters: false },
    validateResponses: false,
    validateSecurity: false,
    fileUploader: false,
  });
}

/** The violations in an error of the validator; undefined for any other error. */
export function violationsIn(error: unknown): Violation[] | undefined {
  if (!(error instanceof Error) || !("errors" in error) || !Array.isArray(error.errors)) return undefined;
  if (!("status" in error) || error.status !== 400) return undefined;
  return (error.errors as { path: string; message: string }[]).map(({ path, message }) => {
    const [, place = "", ...names] = path.split("/");
    const detail = plain(message);
    // Only declared names are reported, and the contract has no name with "/" or "~", which RFC 6901 would escape.
    if (place === "body") return { pointer: path.slice("/body".length), detail };
    return { in: place === "headers" ? "header" : "path", name: names.join("/"), detail };
  });
}

/** Rewords Ajv's messages that use its own notation. */
function plain(message: string): string {
  if (message.startsWith("must have required property")) return "must be present";
  return /^must be [a-z]+(,[a-z]+)+$/.test(message) ? message.replaceAll(",", " or ") : message;
}
