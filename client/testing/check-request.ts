import type { Operation } from "../../server/contract/operations.ts";
import { requestSchema, type StandardSchemaV1 } from "../schemas.ts";
import { isStorable } from "../text.ts";
import { acceptableOf } from "./accept.ts";
import { type Contract, decodeSegment, type Match } from "./contract.ts";

/** A violation of the contract, as the status and members of the problem document. */
export interface Violation {
  status: 400 | 401 | 404 | 405 | 406 | 415;
  problem: Record<string, unknown>;
}

/**
 * Checks a request in the server's order: path, method, credentials, path parameters, query, Accept, media type, body.
 * Credentials must be present; they are not verified. Of the query and the headers only names are checked. Errors that
 * depend on a store are not simulated.
 */
export function checkRequest(contract: Contract, match: Match | undefined, request: Request, text: string) {
  if (!match) return UNKNOWN_PATH;
  const { operation } = match;
  if (!operation) return violation(405, {});
  const missing = missingCredentials(contract, operation, request.headers);
  if (missing) return violation(401, { detail: missing });
  const parameters = [...pathViolations(match), ...nameViolations(operation, request)];
  if (parameters.length > 0) return invalid(parameters);
  return notAcceptable(operation, request.headers) ?? bodyViolation(operation, request, text);
}

function notAcceptable({ successMediaTypes: offered }: Operation, headers: Headers): Violation | undefined {
  if (offered.length === 0 || acceptableOf(offered, headers.get("Accept")).length > 0) return undefined;
  return violation(406, { detail: `This operation returns ${offered.join(" or ")}.` });
}

function bodyViolation(operation: Operation, request: Request, text: string): Violation | undefined {
  if (!operation.requestBody || (text === "" && !operation.requestBody.required)) return undefined;
  const { mediaTypes } = operation.requestBody;
  const mediaType = acceptedType(mediaTypes, request.headers, text);
  if (mediaType === undefined) return violation(415, { detail: `Send the body as ${mediaTypes.join(" or ")}.` });
  const violations = bodyViolations(requestSchema(operation.id, mediaType), text);
  return violations.length === 0 ? undefined : invalid(violations);
}

function violation(status: Violation["status"], problem: Violation["problem"]): Violation {
  return { status, problem };
}

const UNKNOWN_PATH = violation(404, {
  type: "urn:nexus-sync:problem:unknown-path",
  title: "No operation has this path",
});

function invalid(errors: object[]): Violation {
  const detail = `${errors.length} violation${errors.length === 1 ? "" : "s"} found.`;
  return violation(400, { detail, errors });
}

function pathViolations({ path }: Match): object[] {
  return Object.entries(path).flatMap(([name, segment]) => {
    const detail = segmentViolation(decodeSegment(segment));
    return detail ? [{ in: "path", name, detail }] : [];
  });
}

function segmentViolation(value: string | undefined): string | undefined {
  if (value === undefined) return "must be percent-encoded UTF-8";
  if (/\p{Cc}/u.test(value)) return "must NOT have control characters";
  return value === "." || value === ".." ? "must NOT be a dot segment" : undefined;
}

/** Required parameters of the query and the headers that are missing, and undeclared ones of the query. */
function nameViolations({ parameters, allowsUnknownQuery }: Operation, { url, headers }: Request): object[] {
  const query = [...new URL(url).searchParams.keys()];
  const declared = parameters.filter((parameter) => parameter.in === "query").map(({ name }) => name);
  const unknown = allowsUnknownQuery ? [] : [...new Set(query)].filter((name) => !declared.includes(name));
  const missing = parameters.filter((parameter) => {
    if (!parameter.required || parameter.in === "path") return false;
    return parameter.in === "query" ? !query.includes(parameter.name) : !headers.has(parameter.name);
  });
  return [
    ...unknown.map((name) => ({ in: "query", name, detail: "must NOT be sent: the operation has no such parameter" })),
    ...missing.map((parameter) => ({ in: parameter.in, name: parameter.name, detail: "must be present" })),
  ];
}

/** The schemes that each alternative lacks; undefined if one alternative is complete. */
function missingCredentials(contract: Contract, { security }: Operation, headers: Headers): string | undefined {
  const missing = security.map((schemes) =>
    Object.keys(schemes).filter((scheme) => !isSent(contract, scheme, headers)),
  );
  if (missing.length === 0 || missing.some((names) => names.length === 0)) return undefined;
  return missing.map((names) => `${names.map((name) => `${name} is missing`).join(", ")}.`).join(" ");
}

function isSent({ securitySchemes }: Contract, name: string, headers: Headers): boolean {
  const scheme = securitySchemes[name];
  if (scheme?.type === "apiKey") return Boolean(headers.get(scheme.name));
  return new RegExp(`^${scheme?.scheme} \\S+$`, "i").test(headers.get("Authorization") ?? "");
}

/** The declared media type that the request has; without a body and a type, the first one. */
function acceptedType(mediaTypes: readonly string[], headers: Headers, text: string): string | undefined {
  if (headers.has("Content-Encoding")) return undefined;
  const sent = headers.get("Content-Type");
  if (sent === null) return text === "" ? mediaTypes[0] : undefined;
  const [mediaType = "", ...parameters] = sent.toLowerCase().split(";");
  const isUtf8 = parameters.every((one) => !/^\s*charset=/.test(one) || /^\s*charset="?utf-8"?\s*$/.test(one));
  // `application/*+json` matches every type with that suffix.
  const matches = (declared: string) =>
    new RegExp(`^${declared.replace(/[.+]/g, "\\$&").replaceAll("*", ".+")}$`, "i").test(mediaType.trim());
  return isUtf8 ? mediaTypes.find(matches) : undefined;
}

function bodyViolations(
  schema: StandardSchemaV1<unknown> | undefined,
  text: string,
): { pointer: string; detail: string }[] {
  if (text === "") return [{ pointer: "", detail: "must be present" }];
  try {
    const body: unknown = JSON.parse(text);
    const unstorable = unstorablePointers(body);
    if (unstorable.length > 0) {
      return unstorable.map((pointer) => ({ pointer, detail: "must NOT have U+0000 or a lone surrogate" }));
    }
    const { issues = [] } = schema?.["~standard"].validate(body) ?? {};
    return issues.map(({ path, message }) => ({ pointer: ["", ...path].join("/"), detail: message }));
  } catch {
    return [{ pointer: "", detail: "must be JSON" }];
  }
}

/** Pointers (RFC 6901) to strings that no store accepts. For a member's name it is the pointer of the object. */
function unstorablePointers(value: unknown, pointer = ""): string[] {
  if (typeof value === "string") return isStorable(value) ? [] : [pointer];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const name = key.replaceAll("~", "~0").replaceAll("/", "~1");
    return isStorable(key) ? unstorablePointers(inner, `${pointer}/${name}`) : [pointer];
  });
}
