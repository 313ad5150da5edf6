import type { ValidateFunction } from "ajv/dist/2020.js";
import type { Contract } from "../contract/contract.ts";
import type { DeclaredResponse, Operation } from "../contract/operations.ts";
import { fits } from "../http/negotiation.ts";
import { isJson, responseKey } from "../http/respond.ts";
import { readingsOf } from "../proof/trials.ts";
import type { Clauses } from "./clauses.ts";
import type { Received } from "./target.ts";

/** A clause that a response keeps (without a reason) or breaks. */
interface Judged {
  clause: string;
  reason?: string | undefined;
}

const SUCCESSES = "responses: each success is declared";
const PROBLEM = "application/problem+json";

export function declareResponses({ responses }: Operation, clauses: Clauses): void {
  clauses.declare(SUCCESSES);
  for (const [key, declared] of Object.entries(responses)) {
    const names = declared.mediaTypes.length === 0 ? ["no body"] : ["media type", "body"];
    if (declared.mediaTypes.includes(PROBLEM)) names.push("problem document");
    names.push(...Object.keys(declared.headers).map((name) => `header ${name}`));
    for (const name of names) clauses.declare(`response ${key}: ${name}`, "no request got this response");
  }
}

/** Judges the parts of a response. An error that the contract does not declare is judged by the request only. */
export function judgeResponse(contract: Contract, operation: Operation, received: Received): Judged[] {
  const key = responseKey(operation, received.status);
  const declared = operation.responses[key ?? ""];
  if (key === undefined || !declared) {
    if (received.status >= 400) return [];
    return [{ clause: SUCCESSES, reason: `the contract declares no response ${received.status}` }];
  }
  const judged = [...judgeHeaders(contract, declared, received), ...judgeContent(contract, declared, received)];
  const named = judged.map(({ clause, reason }) => ({ clause: `response ${key}: ${clause}`, reason }));
  return received.status >= 400 ? named : [{ clause: SUCCESSES }, ...named];
}

function judgeHeaders(contract: Contract, declared: DeclaredResponse, { headers }: Received): Judged[] {
  return Object.entries(declared.headers).flatMap(([name, { required, schema }]) => {
    const clause = `header ${name}`;
    const values = headers[name.toLowerCase()];
    if (!values) return required ? [{ clause, reason: `the header ${name} is missing` }] : [];
    const text = values.join(", ");
    const list = text.split(",").map((item) => item.trim());
    const validate = contract.validator(schema);
    const isValid = [text, list].some((value) => readingsOf(value).some((reading) => validate(reading)));
    return [{ clause, reason: isValid ? undefined : `'${shortened(text)}' does not match its schema` }];
  });
}

function judgeContent(contract: Contract, { mediaTypes, schemas }: DeclaredResponse, received: Received): Judged[] {
  const { headers, body } = received;
  if (mediaTypes.length === 0) {
    return [{ clause: "no body", reason: body.length === 0 ? undefined : `the body has ${body.length} bytes` }];
  }
  const sent = essenceOf(headers["content-type"]?.[0]);
  const mediaType = mediaTypes.find((one) => one === "*/*" || fits(sent, one.toLowerCase()));
  if (mediaType === undefined) {
    const reason = `it is ${sent === "" ? "missing" : `'${shortened(sent)}'`}, not ${mediaTypes.join(" or ")}`;
    return [{ clause: "media type", reason }];
  }
  const judged = isJson(sent) ? judgeJson(contract.validator(schemas[mediaType] ?? {}), mediaType, received) : [];
  return [{ clause: "media type" }, ...(judged.length > 0 ? judged : [{ clause: "body" }])];
}

function judgeJson(validate: ValidateFunction, mediaType: string, { status, body }: Received): Judged[] {
  const parsed = parse(body);
  if ("error" in parsed) return [{ clause: "body", reason: parsed.error }];
  const isValid = validate(parsed.value);
  const errors = (validate.errors ?? []).map(({ instancePath, message }) => `'${instancePath}' ${message}`);
  const reason = isValid ? undefined : [...new Set(errors)].slice(0, 3).join(", ");
  const problem = { clause: "problem document", reason: problemReason(parsed.value, status) };
  return [{ clause: "body", reason }, ...(mediaType === PROBLEM ? [problem] : [])];
}

/** RFC 9457 section 3.1.2: `status` is that of the response. */
function problemReason(value: unknown, status: number): string | undefined {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return "it is not an object";
  const { status: member = status }: { status?: unknown } = value;
  return member === null || member === status ? undefined : `its status is ${member}, but the response is a ${status}`;
}

/** `Application/JSON; charset=utf-8` → `application/json`. */
export function essenceOf(contentType = ""): string {
  return (contentType.split(";")[0] ?? "").trim().toLowerCase();
}

function parse(body: Buffer): { value: unknown } | { error: string } {
  try {
    return { value: JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body)) };
  } catch (error) {
    return { error: error instanceof SyntaxError ? "it is not JSON" : "it is not UTF-8" };
  }
}

/** The body as JSON; undefined if it is not. */
export function jsonOf({ body }: Received): unknown {
  const parsed = parse(body);
  return "value" in parsed ? parsed.value : undefined;
}

function shortened(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
