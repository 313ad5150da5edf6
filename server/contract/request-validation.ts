import { readFileSync } from "node:fs";
import { parse } from "node:url";
import type { RequestHandler } from "express";
import { middleware } from "express-openapi-validator";
import { inOrder } from "../http/in-order.ts";
import type { Violation } from "../http/problem.ts";
import { requestSide } from "./request-document.ts";

type ApiDocument = Exclude<Parameters<typeof middleware>[0]["apiSpec"], string>;

const DOCUMENT = new URL("../../generated/openapi.json", import.meta.url);

/**
 * The validator calls `url.parse` for each request, which walks the stack each time until it has told that it is
 * deprecated (DEP0169). It tells it here, once, to nobody.
 */
function settleUrlParse(): void {
  const { noDeprecation = false } = process;
  process.noDeprecation = true;
  parse("/");
  process.noDeprecation = noDeprecation;
}

/**
 * Checks path parameters and body against the contract whose bundled document lies there; all violations are thrown at
 * once. Its own security is off: it would run after the body, and ours has run before. Queries are dropped by the
 * router, so any would be unknown.
 */
export function contractValidator(document = DOCUMENT): RequestHandler {
  settleUrlParse();
  const stages = middleware({
    apiSpec: requestSide(JSON.parse(readFileSync(document, "utf8"))) as ApiDocument,
    $refParser: { mode: "bundle" },
    validateApiSpec: false,
    validateRequests: { allErrors: true, allowUnknownQueryParameters: false },
    validateResponses: false,
    validateSecurity: false,
    fileUploader: false,
  });
  return shortened(stages);
}

/**
 * The validator's stages, of which all but the last find out which operation a request is for, by making a pattern of
 * each path anew. `route` has done that: so they run for the first request of an operation, and what they have found
 * (`request.openapi`) is given to the last stage from then on.
 */
function shortened(stages: readonly RequestHandler[]): RequestHandler {
  const found = new Map<string, OpenApi>();
  const all = inOrder(...stages);
  const last = stages.at(-1) ?? all;
  return (request, response, next) => {
    const { operationId, path } = response.locals;
    const known = found.get(operationId);
    if (!known) {
      return all(request, response, (error?: unknown) => {
        if (operationId && isOpenApi(request)) found.set(operationId, request.openapi);
        next(error);
      });
    }
    const openapi = { ...known, pathParams: path };
    // A query has been dropped by then; the validator would parse the whole URL to find none.
    Object.assign(request, { openapi, originalUrl: "/" });
    return last(request, response, next);
  };
}

type OpenApi = Record<"expressRoute" | "openApiRoute" | "pathParams" | "schema", unknown>;

function isOpenApi(request: object): request is { openapi: OpenApi } {
  return "openapi" in request && typeof request.openapi === "object" && request.openapi !== null;
}

/** The violations in an error of the validator above; undefined for any other error. */
export function violationsOf(error: unknown): Violation[] | undefined {
  if (!(error instanceof Error) || !("errors" in error) || !Array.isArray(error.errors)) return undefined;
  if (!("status" in error) || error.status !== 400) return undefined;
  return (error.errors as { path: string; message: string }[]).map(({ path, message }) => {
    const [, place = "", ...names] = path.split("/");
    const detail = plain(message);
    // Declared names need no RFC 6901 escapes here: the contract has none with "/" or "~", and others are not reported.
    if (place === "body") return { pointer: path.slice("/body".length), detail };
    return { in: place === "headers" ? "header" : "path", name: names.join("/"), detail };
  });
}

/** The validator's words, where they are about its own notation. */
function plain(message: string): string {
  if (message.startsWith("must have required property")) return "must be present";
  return /^must be [a-z]+(,[a-z]+)+$/.test(message) ? message.replaceAll(",", " or ") : message;
}
