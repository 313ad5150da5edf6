import type { BodyViolation } from "../../generated/types.ts";
import { isStorable } from "../text.ts";
import { syncUserIdentityRequestSchema } from "../validate.ts";
import { OPERATION, SECURITY_SCHEMES } from "./contract-response.ts";

/** A violation of the contract, as the status and members of the problem document. */
export interface Violation {
  status: 400 | 401 | 404 | 405 | 415;
  problem: Record<string, unknown>;
}

/**
 * Checks a request in the server's order: path, method, credentials, user id, media type, body. Credentials must be
 * present; they are not verified. Errors that depend on a store are not simulated.
 */
export function checkRequest(request: Request, text: string): Violation | undefined {
  const segment = userIdSegment(new URL(request.url).pathname);
  if (segment === undefined) return UNKNOWN_PATH;
  if (request.method !== OPERATION.method) return { status: 405, problem: {} };
  const missing = missingCredentials(request.headers);
  if (missing) return { status: 401, problem: { detail: missing } };
  const userIdDetail = userIdViolation(decodeSegment(segment));
  if (userIdDetail) return invalid([{ in: "path", name: "userId", detail: userIdDetail }]);
  if (!isAcceptedType(request.headers, text)) {
    return { status: 415, problem: { detail: `Send the body as ${MEDIA_TYPES.join(" or ")}.` } };
  }
  const violations = bodyViolations(text);
  return violations.length === 0 ? undefined : invalid(violations);
}

const MEDIA_TYPES = OPERATION.requestBody?.mediaTypes ?? [];
/** `application/*+json` matches every type with that suffix. */
const ACCEPTED = new RegExp(`^(${MEDIA_TYPES.map((type) => literal(type).replace("*", ".+")).join("|")})$`);
const UNKNOWN_PATH: Violation = {
  status: 404,
  problem: { type: "urn:nexus-sync:problem:unknown-path", title: "No operation has this path", detail: undefined },
};

/** The operation's path after any base path; `$` may be percent-encoded. */
const PATH = new RegExp(
  `${OPERATION.template
    .split(/\{[^}]+\}/)
    .map((text) => literal(text).replaceAll("\\$", "(?:\\$|%24)"))
    .join("([^/]+)")}$`,
);

/** The user id as it was sent; undefined for another path. */
export function userIdSegment(pathname: string): string | undefined {
  return PATH.exec(pathname)?.[1];
}

export function decodeSegment(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

function userIdViolation(userId: string | undefined): string | undefined {
  if (userId === undefined) return "must be percent-encoded UTF-8";
  if (/\p{Cc}/u.test(userId)) return "must NOT have control characters";
  return userId === "." || userId === ".." ? "must NOT be a dot segment" : undefined;
}

function invalid(errors: object[]): Violation {
  const detail = `${errors.length} violation${errors.length === 1 ? "" : "s"} found.`;
  return { status: 400, problem: { detail, errors } };
}

/** The schemes that each alternative lacks; undefined if one alternative is complete. */
function missingCredentials(headers: Headers): string | undefined {
  const missing = OPERATION.security.map((schemes) => schemes.filter((scheme) => !isSent(scheme, headers)));
  if (missing.some((names) => names.length === 0)) return undefined;
  return missing.map((names) => `${names.map((name) => `${name} is missing`).join(", ")}.`).join(" ");
}

function isSent(name: string, headers: Headers): boolean {
  const scheme = SECURITY_SCHEMES[name];
  if (scheme?.type === "apiKey") return Boolean(headers.get(scheme.name));
  return new RegExp(`^${scheme?.scheme} \\S+$`, "i").test(headers.get("Authorization") ?? "");
}

function isAcceptedType(headers: Headers, text: string): boolean {
  if (headers.has("Content-Encoding")) return false;
  const sent = headers.get("Content-Type");
  if (sent === null) return text === "";
  const [mediaType = "", ...parameters] = sent.toLowerCase().split(";");
  const isUtf8 = parameters.every((one) => !/^\s*charset=/.test(one) || /^\s*charset="?utf-8"?\s*$/.test(one));
  return isUtf8 && ACCEPTED.test(mediaType.trim());
}

function literal(text: string): string {
  return text.replace(/[.$+]/g, "\\$&");
}

function bodyViolations(text: string): BodyViolation[] {
  if (text === "") return [{ pointer: "", detail: "must be present" }];
  try {
    const body: unknown = JSON.parse(text);
    const unstorable = unstorablePointers(body);
    if (unstorable.length > 0) {
      return unstorable.map((pointer) => ({ pointer, detail: "must NOT have U+0000 or a lone surrogate" }));
    }
    const { issues = [] } = syncUserIdentityRequestSchema["~standard"].validate(body);
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
