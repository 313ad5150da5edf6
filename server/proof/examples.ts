import type { Operation } from "../contract/operations.ts";
import { failureText, type Prover } from "./prover.ts";
import { type RequestValues, requestOf } from "./requests.ts";
import { exampleResponses } from "./responses.ts";

/** Requests with each example of a parameter or of the body. */
export async function failuresOfExamples(
  { send }: Prover,
  operation: Operation,
  values: RequestValues,
): Promise<string[]> {
  const requests: RequestValues[] = operation.parameters.flatMap((parameter) =>
    parameter.examples.map((value) => ({ ...values, parameters: new Map(values.parameters).set(parameter, value) })),
  );
  const { body } = values;
  const examples = Object.values(operation.requestBody?.examplesByType[body?.mediaType ?? ""] ?? {});
  if (body) requests.push(...examples.map((value) => ({ ...values, body: { ...body, value } })));
  const failures: string[] = [];
  for (const request of requests) {
    const sent = requestOf(operation, request);
    const outcome = sent && (await send(sent));
    if (!outcome || outcome.handledBy !== undefined) continue;
    failures.push(failureText(operation, { sent, outcome }, "has an example of the contract and must be accepted"));
  }
  return failures;
}

export async function failuresOfAbsentBody(
  { send }: Prover,
  operation: Operation,
  values: RequestValues,
): Promise<string[]> {
  if (!operation.requestBody) return [];
  const sent = requestOf(operation, { parameters: values.parameters });
  if (!sent) return [];
  const outcome = await send(sent);
  const { required } = operation.requestBody;
  const isRejected = outcome.status === 400 && outcome.violations.some((one) => "pointer" in one && one.pointer === "");
  if (required ? isRejected : outcome.handledBy !== undefined) return [];
  const expected = required
    ? "has no body and must be a 400 with the pointer ''"
    : "needs no body and must be accepted";
  return [failureText(operation, { sent, outcome }, expected)];
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
