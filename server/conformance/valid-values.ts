import fc, { type Arbitrary } from "fast-check";
import type { Schema } from "../contract/document.ts";
import type { Operation } from "../contract/operations.ts";
import type { Parameter } from "../contract/parameters.ts";
import type { Judge } from "../proof/prover.ts";
import { canSend, type RequestValues } from "../proof/requests.ts";
import { arbitraryOf } from "./arbitraries.ts";
import type { Base } from "./subject.ts";

/** Proxies reject or decode these in a path. */
const SPECIAL_IN_PATH = /[/\\%;]/;

/** Random valid requests near a base: a value that its schema rejects is replaced by that of the base. */
export function validValues(judge: Judge, operation: Operation, base: Base, fixed: ReadonlySet<string>) {
  const { values, mediaType } = base;
  const parameters = operation.parameters.map((parameter) => parameterOf(judge, parameter, values, fixed));
  const { requestBody } = operation;
  const schema = requestBody?.schemas[mediaType ?? ""];
  const bodies = values.body && schema ? valid(judge, schema, values.body.value) : fc.constant(undefined);
  return fc.tuple(fc.tuple(...parameters), bodies).map(
    ([entries, value]): RequestValues => ({
      parameters: new Map(entries.filter(([, one]) => one !== undefined)),
      ...(values.body && { body: { ...values.body, value } }),
    }),
  );
}

function parameterOf(
  judge: Judge,
  parameter: Parameter,
  { parameters }: RequestValues,
  fixed: ReadonlySet<string>,
): Arbitrary<readonly [Parameter, unknown]> {
  const usual = parameters.get(parameter);
  if (fixed.has(parameter.name)) return fc.constant([parameter, usual]);
  const isPath = parameter.in === "path";
  const made = valid(judge, parameter.schema, usual, (value) => {
    return canSend(parameter, value) && !(isPath && SPECIAL_IN_PATH.test(String(value)));
  });
  // Most requests are about the resource of the example.
  const mostly = fc.oneof({ weight: isPath ? 4 : 1, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: made });
  const optional = parameter.required ? mostly : fc.option(mostly, { nil: undefined });
  return optional.map((value) => [parameter, value]);
}

/** Values of a schema, and the usual one in place of those that it rejects or that can't be sent. */
function valid(judge: Judge, schema: Schema, usual: unknown, canUse = (_value: unknown) => true): Arbitrary<unknown> {
  const made = arbitraryOf(judge.document, schema, 0);
  return made.map((value) => (canUse(value) && judge.isCandidate(schema, value) ? value : usual));
}
