import type { Operation } from "../contract/operations.ts";
import { fits } from "../http/negotiation.ts";
import { operationsAt, servedMethods } from "../http/router.ts";
import type { Sent } from "../proof/cases.ts";
import type { Clauses } from "./clauses.ts";
import { declaredOnly, expectAccepted, expectRejection, receivedText } from "./expectations.ts";
import { essenceOf } from "./responses.ts";
import type { Run, Subject } from "./subject.ts";
import type { Received } from "./target.ts";

const METHOD = "method: another one is 405 with Allow";
const CONTENT_TYPE = "Content-Type: another one is 415";
const UTF_8 = "Content-Type: charset=utf-8 is accepted";
const OTHER_CHARSET = "Content-Type: another charset is 415";
const ACCEPT = "Accept: none of the response's media types is 406";
export const OTHER_TYPE = "application/vnd.nexus-sync.other";

function acceptClause(mediaType: string): string {
  return `Accept: ${mediaType}`;
}

export function declareNegotiation({ operation, clauses }: Subject): void {
  clauses.declare(METHOD);
  if (operation.requestBody) declareContentType(operation, clauses);
  if (operation.successMediaTypes.length === 0) return;
  const isNegotiated = Object.hasOwn(operation.responses, 406);
  clauses.declare(ACCEPT, isNegotiated ? undefined : "the contract declares no 406");
  const reason = isNegotiated ? undefined : "the contract declares no 406, so Accept may be ignored";
  for (const mediaType of operation.successMediaTypes) clauses.declare(acceptClause(mediaType), reason);
}

function declareContentType({ responses }: Operation, clauses: Clauses): void {
  for (const clause of [CONTENT_TYPE, UTF_8]) clauses.declare(clause);
  const isDeclared = Object.hasOwn(responses, 415);
  clauses.declare(
    OTHER_CHARSET,
    isDeclared ? undefined : "the contract declares no 415, so the charset may be ignored",
  );
}

/** Methods that the path does not have. A read-only run sends GET only, because a server may have more than the contract. */
export async function checkMethods(subject: Subject, sent: Sent): Promise<void> {
  const { run, operation } = subject;
  const served = methodsAt(run, sent);
  const tried = run.isReadOnly ? ["GET"] : ["GET", "POST", "PUT", "PATCH", "DELETE"];
  const others = tried.filter((one) => !served.includes(one));
  if (others.length === 0) subject.clauses.declare(METHOD, `the path supports ${tried.join(", ")}`);
  for (const method of others) {
    const other: Sent = { ...sent, method, ...(method === "GET" && withoutBody(sent)) };
    const statuses = declaredOnly(operation, 405);
    const because = `has the method ${method}, which the path does not support,`;
    const received = await expectRejection(subject, { clause: METHOD, sent: other, statuses, because });
    const shown = received?.status === 405 ? wrongAllow(received, served, method) : undefined;
    const list = served.join(", ");
    if (shown) subject.fail(METHOD, `the header Allow of the 405 must be '${list}', but it is ${shown}`, other);
  }
}

/** The value of Allow, if it does not have all methods of the path, or has the rejected one. */
function wrongAllow({ headers }: Received, served: readonly string[], rejected: string): string | undefined {
  const allow = headers.allow?.join(", ");
  const listed = (allow ?? "").split(",").map((one) => one.trim());
  const isRight = served.every((one) => one === "HEAD" || listed.includes(one)) && !listed.includes(rejected);
  return isRight ? undefined : allow === undefined ? "missing" : `'${allow}'`;
}

function methodsAt({ operations }: Run, { url }: Sent): string[] {
  return [...new Set(operationsAt(operations, url.split("?")[0] ?? "").flatMap(servedMethods))];
}

function withoutBody({ headers }: Sent): Pick<Sent, "headers" | "body"> {
  const { "Content-Type": _, "Content-Length": __, ...others } = headers;
  return { headers: others, body: undefined };
}

export async function checkContentType(subject: Subject, sent: Sent): Promise<void> {
  const { operation } = subject;
  const { "Content-Type": type } = sent.headers;
  if (sent.body === undefined || !operation.requestBody) return;
  if (!subject.isReadOnly) {
    const inUtf8 = { ...sent, headers: { ...sent.headers, "Content-Type": `${type}; charset=utf-8` } };
    await expectAccepted(subject, UTF_8, inUtf8, "has a Content-Type with charset=utf-8 and must be accepted");
  }
  const other = { ...sent, headers: { ...sent.headers, "Content-Type": undeclaredType(operation) } };
  const statuses = declaredOnly(operation, 415);
  if (statuses) {
    const inUtf16 = { ...sent, headers: { ...sent.headers, "Content-Type": `${type}; charset=utf-16` } };
    const because = "has a Content-Type with charset=utf-16 and a body in UTF-8";
    await expectRejection(subject, { clause: OTHER_CHARSET, sent: inUtf16, statuses, because });
  }
  const because = "has a Content-Type that the contract does not declare";
  await expectRejection(subject, { clause: CONTENT_TYPE, sent: other, statuses, because });
}

function undeclaredType({ requestBody }: Operation): string {
  const isDeclared = (type: string) => requestBody?.mediaTypes.some((one) => one === "*/*" || fits(type, one)) === true;
  return ["text/plain", "application/xml"].find((type) => !isDeclared(type)) ?? OTHER_TYPE;
}

/** Only a declared 406 says that `Accept` is not ignored (RFC 9110 section 12.5.1). */
export async function checkAccept(subject: Subject, sent: Sent): Promise<void> {
  const { operation } = subject;
  if (!Object.hasOwn(operation.responses, 406) || operation.successMediaTypes.length === 0) return;
  const other = { ...sent, headers: { ...sent.headers, Accept: OTHER_TYPE } };
  const because = "accepts no media type of the response";
  await expectRejection(subject, { clause: ACCEPT, sent: other, statuses: [406], because });
  if (subject.isReadOnly) return;
  for (const mediaType of operation.successMediaTypes) await checkOffered(subject, sent, mediaType);
}

async function checkOffered(subject: Subject, sent: Sent, mediaType: string): Promise<void> {
  const accepting = { ...sent, headers: { ...sent.headers, Accept: mediaType } };
  const received = await subject.send(accepting);
  if (!received || received.status === 404) return;
  const type = essenceOf(received.headers["content-type"]?.[0]);
  const isSuccess = received.status < 300;
  const clause = acceptClause(mediaType);
  if (isSuccess && fits(type, mediaType.toLowerCase())) {
    subject.clauses.pass(clause);
    return;
  }
  const got = isSuccess ? `'${type}'` : receivedText(received);
  subject.fail(clause, `accepts ${mediaType} only and must get it, but it is ${got}`, accepting);
}
