import type { Operation } from "../contract/operations.ts";
import { isJson } from "../http/respond.ts";
import { operationsAt } from "../http/router.ts";
import type { Case, Sent } from "../proof/cases.ts";
import { absentBodyCases, exampleCases } from "../proof/examples.ts";
import { type RequestValues, requestOf } from "../proof/requests.ts";
import { bodyTrials, caseOf, parameterTrials } from "../proof/trials.ts";
import { firstValues } from "../proof/valid-request.ts";
import type { Base, Run, Subject } from "./subject.ts";

/** Invalid requests for each clause and media type. */
const MAX_PER_CLAUSE = 2;
/** OpenAPI does not say whether a server may ignore them. */
const UNKNOWN_QUERY = "query: unknown parameters";

/** A valid request for each JSON media type of the body. */
export function basesOf({ judge }: Pick<Run, "judge">, operation: Operation): Base[] {
  const { requestBody } = operation;
  const all: (string | undefined)[] = requestBody?.mediaTypes.filter(isJson) ?? [];
  if (!requestBody || (all.length === 0 && !requestBody.required)) all.push(undefined);
  return all.flatMap((mediaType) => {
    const values = firstValues(judge, operation, mediaType);
    const sent = values && requestOf(operation, values);
    return values && sent ? [{ mediaType, values, sent }] : [];
  });
}

/** The same request with each example of the body. */
export function otherBases(operation: Operation, { mediaType, values }: Base): Base[] {
  const examples = Object.values(operation.requestBody?.examplesByType[mediaType ?? ""] ?? {});
  return examples.flatMap((value) => {
    const other = { ...values, ...(values.body && { body: { ...values.body, value } }) };
    const sent = requestOf(operation, other);
    return sent ? [{ mediaType, values: other, sent }] : [];
  });
}

/** Whether a path, with the values of its parameters, leads to this operation and to no other one. */
export function isRouted({ operations }: Run, { id, method }: Operation, { url }: Sent): boolean {
  const [first] = operationsAt(operations, url.split("?")[0] ?? "").filter((one) => one.method === method);
  return first?.id === id;
}

/** Requests that break one constraint each: of the examples, and of bodies with every property. */
export function invalidCases(subject: Subject, { mediaType, values }: Base): Case[] {
  const { run, operation } = subject;
  const { requestBody } = operation;
  const withoutExamples = { ...operation, ...(requestBody && { requestBody: { ...requestBody, examplesByType: {} } }) };
  const complete = firstValues(run.judge, withoutExamples, mediaType);
  const cases = [values, ...(complete ? [complete] : [])].flatMap((one) => casesOf(subject, one));
  const all = [...cases, ...requiredBody(operation, values), ...malformedBody(operation, values)];
  const byClause = Map.groupBy(all, ({ clause }) => clause);
  for (const clause of byClause.keys()) subject.clauses.declare(clause);
  return [...byClause.values()].flatMap((some) => some.slice(0, MAX_PER_CLAUSE));
}

/** Also declares the clauses for which no request can be sent. */
export function casesOf({ run, operation, clauses, isReadOnly }: Subject, values: RequestValues): Case[] {
  const trials = [...bodyTrials(run.judge, operation, values), ...parameterTrials(run.judge, operation, values)];
  const own = trials.filter((trial) => trial.clause !== UNKNOWN_QUERY && !(isReadOnly && trial.isLegal()));
  return own.flatMap((trial) => {
    const one = caseOf(operation, trial);
    clauses.declare(trial.clause, one ? undefined : "no request can break it");
    return one ?? [];
  });
}

function requiredBody(operation: Operation, values: RequestValues): Case[] {
  return operation.requestBody?.required ? absentBodyCases(operation, values) : [];
}

function malformedBody(operation: Operation, values: RequestValues): Case[] {
  const sent = requestOf(operation, values);
  if (sent?.body === undefined) return [];
  const body = `${sent.body},`;
  const headers = { ...sent.headers, "Content-Length": String(Buffer.byteLength(body)) };
  const isMet: Case["isMet"] = ({ status }) => status === 400;
  return [{ clause: "body: JSON", sent: { ...sent, headers, body }, expected: "is not JSON and must be a 400", isMet }];
}

/** Requests that must be accepted: those with the contract's examples, and one without an optional body. */
export function validCases(operation: Operation, values: RequestValues): Case[] {
  const absent = operation.requestBody?.required ? [] : absentBodyCases(operation, values);
  return [...exampleCases(operation, values), ...absent];
}
