import type { Operation } from "../contract/operations.ts";
import { type Case, failureText, type Outcome } from "./cases.ts";
import type { Prover } from "./prover.ts";
import { type RequestValues, requestOf } from "./requests.ts";
import { exampleResponses } from "./responses.ts";

/** Requests with each example of a parameter or of the body. */
export function exampleCases(operation: Operation, values: RequestValues): Case[] {
  const { body } = values;
  const examples = Object.entries(operation.requestBody?.examplesByType[body?.mediaType ?? ""] ?? {});
  const requests: [clause: string, RequestValues][] = [
    ...operation.parameters.flatMap((parameter) =>
      parameter.examples.map((value): [string, RequestValues] => [
        `examples of the ${parameter.in} parameter ${parameter.name}`,
        { ...values, parameters: new Map(values.parameters).set(parameter, value) },
      ]),
    ),
    ...examples.flatMap(([name, value]): [string, RequestValues][] =>
      body ? [[`example ${name} of ${body.mediaType}`, { ...values, body: { ...body, value } }]] : [],
    ),
  ];
  return requests.flatMap(([clause, request]) => {
    const sent = requestOf(operation, request);
    const expected = "has an example of the contract and must be accepted";
    return sent ? [{ clause, sent, expected, isMet: isHandled }] : [];
  });
}

function isHandled({ handledBy }: Outcome): boolean {
  return handledBy !== undefined;
}

export function absentBodyCases(operation: Operation, { parameters }: RequestValues): Case[] {
  const sent = operation.requestBody && requestOf(operation, { parameters });
  if (!sent) return [];
  if (!operation.requestBody?.required)
    return [{ clause: "body: optional", sent, expected: "needs no body and must be accepted", isMet: isHandled }];
  const isMet = ({ status, violations }: Outcome) =>
    status === 400 && (violations?.some((one) => "pointer" in one && one.pointer === "") ?? true);
  return [{ clause: "body: required", sent, expected: "has no body and must be a 400 with the pointer ''", isMet }];
}

export async function failuresOfResponses({ send }: Prover, operation: Operation, values: RequestValues) {
  const sent = requestOf(operation, values);
  const failures: string[] = [];
  if (!sent) return [];
  for (const reply of exampleResponses(operation)) {
    const outcome = await send({ ...sent, reply });
    if (outcome.status === reply.status && outcome.error === undefined) continue;
    const type = reply.mediaType === undefined ? "" : ` in ${reply.mediaType}`;
    failures.push(
      `${operation.id}: The example of the response ${reply.status}${type} must be sent, but ${outcome.error}`,
    );
  }
  return failures;
}

export async function failuresOfCases({ send }: Prover, operation: Operation, cases: readonly Case[]) {
  const failures: string[] = [];
  for (const { sent, expected, isMet } of cases) {
    const outcome = await send(sent);
    if (!isMet(outcome)) failures.push(failureText(operation, { sent, outcome }, expected));
  }
  return failures;
}
