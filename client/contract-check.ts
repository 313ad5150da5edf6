import { OPERATIONS, SECURITY_SCHEMES } from "../generated/operations.ts";
import { SyncUserIdentityRequest } from "../generated/validators.js";
import { unstorablePaths } from "./unstorable-text.ts";
import { type FoundViolation, pointerOf, violationsOf } from "./violations.ts";

const OPERATION = OPERATIONS.SyncUserIdentity;

/** Why a request is outside the contract, as members of the problem document that answers it. */
export interface Refused {
  status: 400 | 401 | 404 | 405 | 415;
  problem: Record<string, unknown>;
}

/** What a request inside the contract says. */
export interface Accepted {
  userId: string;
}

/**
 * Checks a request in the server's order: path, method, credentials, user id, media type, body. Credentials need only
 * be there: nobody here can tell right from wrong. What only a store can refuse is not refused.
 */
export function checkRequest(request: Request, text: string): Accepted | Refused {
  const segment = userIdSegment(new URL(request.url).pathname);
  if (segment === undefined) return unknownPath();
  if (request.method !== OPERATION.method.toUpperCase()) return { status: 405, problem: {} };
  const missing = missingSchemes(request.headers);
  if (missing) return { status: 401, problem: { detail: missing } };
  const userId = decoded(segment);
  if (userId === undefined || userId === "." || userId === ".." || /\p{Cc}/u.test(userId)) return wrongUserId(userId);
  if (!isAcceptedType(request.headers, text)) {
    return { status: 415, problem: { detail: `Send the body as ${OPERATION.requestMediaTypes.join(" or ")}.` } };
  }
  const violations = bodyViolations(text);
  return violations.length === 0 ? { userId } : { status: 400, problem: invalid(violations.map(asBodyViolation)) };
}

/** The user id as sent, where the path is the operation's behind any base path; `$` may be encoded. */
export function userIdSegment(pathname: string): string | undefined {
  const [before = "", after = ""] = OPERATION.path.split("{userId}");
  const end = [after, after.replace("$", "%24")].find((tail) => pathname.endsWith(tail));
  const start = pathname.indexOf(before);
  if (end === undefined || start < 0) return undefined;
  const segment = pathname.slice(start + before.length, pathname.length - end.length);
  return segment === "" || segment.includes("/") ? undefined : segment;
}

export function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

function unknownPath(): Refused {
  const type = "urn:nexus-sync:problem:unknown-path";
  return { status: 404, problem: { type, title: "Nothing is served at this path", detail: undefined } };
}

function wrongUserId(userId: string | undefined): Refused {
  const dots = userId === undefined ? "must be percent-encoded UTF-8" : "must NOT be a dot segment";
  const detail = /\p{Cc}/u.test(userId ?? "") ? "must NOT have control characters" : dots;
  return { status: 400, problem: invalid([{ in: "path", name: "userId", detail }]) };
}

function invalid(errors: object[]): Record<string, unknown> {
  return { detail: `${errors.length} violation${errors.length === 1 ? "" : "s"} found.`, errors };
}

/** Undefined where all schemes of one alternative are there, else what each alternative lacks. */
function missingSchemes(headers: Headers): string | undefined {
  const lacks = OPERATION.security.map((schemes) => schemes.filter((scheme) => !isSent(scheme, headers)));
  if (lacks.some((names) => names.length === 0)) return undefined;
  return lacks.map((names) => `${names.map((name) => `${name} is missing`).join(", ")}.`).join(" ");
}

function isSent(name: keyof typeof SECURITY_SCHEMES, headers: Headers): boolean {
  const scheme = SECURITY_SCHEMES[name];
  if (scheme.type === "apiKey") return Boolean(headers.get(scheme.name));
  return new RegExp(`^${scheme.scheme} \\S+$`, "i").test(headers.get("Authorization") ?? "");
}

function isAcceptedType(headers: Headers, text: string): boolean {
  if (headers.has("Content-Encoding")) return false;
  const sent = headers.get("Content-Type");
  if (sent === null) return text === "";
  const [mediaType = "", ...parameters] = sent.toLowerCase().split(";");
  const isUtf8 = parameters.every((one) => !/^\s*charset=/.test(one) || /^\s*charset="?utf-8"?\s*$/.test(one));
  return isUtf8 && OPERATION.requestMediaTypes.some((pattern) => fits(mediaType.trim(), pattern));
}

/** `application/*+json` stands for all of its kind. */
function fits(mediaType: string, pattern: string): boolean {
  const [before = "", after] = pattern.split("*");
  if (after === undefined) return mediaType === pattern;
  return mediaType.length >= pattern.length && mediaType.startsWith(before) && mediaType.endsWith(after);
}

function bodyViolations(text: string): FoundViolation[] {
  if (text === "") return [{ path: [], message: "must be present" }];
  try {
    const body: unknown = JSON.parse(text);
    const unstorable = unstorablePaths(body);
    if (unstorable.length === 0) return violationsOf(SyncUserIdentityRequest, body);
    return unstorable.map((path) => ({ path, message: "must NOT have U+0000 or a lone surrogate" }));
  } catch {
    return [{ path: [], message: "must be JSON" }];
  }
}

function asBodyViolation({ path, message }: FoundViolation): object {
  return { pointer: pointerOf(path), detail: message };
}
