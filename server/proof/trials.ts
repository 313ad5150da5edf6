import type { ErrorObject } from "ajv";
import { pointerSegment } from "../contract/document.ts";
import type { Operation } from "../contract/operations.ts";
import type { Parameter } from "../contract/parameters.ts";
import type { Violation } from "../contract/violations.ts";
import type { Case, Outcome } from "./cases.ts";
import { type Mutation, mutationsOf } from "./mutations.ts";
import type { Judge } from "./prover.ts";
import { type RequestValues, requestOf } from "./requests.ts";
import { isAbout } from "./valid-request.ts";

/** A request that may be invalid in one place. */
export interface Trial {
  /** The keyword and its place, with `*` for an index: `body /items/*: minLength`. */
  clause: string;
  values: RequestValues;
  /** As in `'minLength' of the query parameter limit`. */
  violated: string;
  /** Whether the place is in the path: such a request can also lead to another operation. */
  isInPath?: boolean;
  isPlace(violation: Violation): boolean;
  /** Whether the contract allows the request. Called only if the server does not report the place. */
  isLegal(): boolean;
}

/** The request of a trial, which must be a 400 that names the place; undefined if no request can have its values. */
export function caseOf(operation: Operation, { clause, values, isInPath = false, ...trial }: Trial): Case | undefined {
  const sent = requestOf(operation, values);
  const isRejected = ({ status, violations }: Outcome) => status === 400 && (violations?.some(trial.isPlace) ?? true);
  const isElsewhere = ({ status, handledBy }: Outcome) =>
    handledBy === undefined ? isInPath && [404, 405].includes(status) : handledBy !== operation.id;
  const isMet = (outcome: Outcome) => {
    if (isRejected(outcome) || isElsewhere(outcome)) return true;
    const isCrash = outcome.status >= 500 && outcome.handledBy === undefined;
    // The judgement also finds the places in which the violation can be reported.
    return !isCrash && (trial.isLegal() || isRejected(outcome));
  };
  const expected = `violates ${trial.violated} and must be a 400 that names it`;
  return sent && { clause, sent, expected, isInPath, isMet };
}

/** Changes of the body, one of each keyword first. */
export function bodyTrials(judge: Judge, operation: Operation, values: RequestValues): Trial[] {
  const { body } = values;
  const schema = operation.requestBody?.schemas[body?.mediaType ?? ""];
  if (!body || !schema) return [];
  return eachKeywordFirst(mutationsOf(judge.document, schema, body.value)).map(({ keyword, pointer, value }) => {
    const place = pointer.map((key) => `/${pointerSegment(key)}`).join("");
    const errors: string[] = [];
    return {
      clause: `body${place && " "}${place.replace(/\/\d+(?=\/|$)/g, "/*")}: ${keyword}`,
      values: { ...values, body: { ...body, value } },
      violated: `'${keyword}' at the pointer '${place}'`,
      isPlace: (violation) =>
        "pointer" in violation && (violation.pointer === place || errors.includes(violation.pointer)),
      isLegal: () => {
        const validate = judge.validator(schema);
        if (validate(value)) return true;
        errors.push(...(validate.errors ?? []).flatMap(placesOf));
        return !judge.isCandidate(schema, body.value);
      },
    };
  });
}

function placesOf({ instancePath, params }: ErrorObject): string[] {
  const name = params.missingProperty ?? params.additionalProperty ?? params.unevaluatedProperty;
  return name === undefined ? [instancePath] : [instancePath, `${instancePath}/${name}`];
}

function eachKeywordFirst(mutations: Mutation[]): Mutation[] {
  const first = [...new Map(mutations.toReversed().map((mutation) => [mutation.keyword, mutation])).values()];
  return [...new Set([...first.toReversed(), ...mutations])];
}

/** Changes of the parameters, and an unknown one. */
export function parameterTrials(judge: Judge, operation: Operation, values: RequestValues): Trial[] {
  const changed = [...values.parameters].flatMap(([parameter, value]) => trialsOf(judge, values, parameter, value));
  if (operation.allowsUnknownQuery) return changed;
  const name = "no-such-parameter";
  const unknown: Trial = {
    clause: "query: unknown parameters",
    values: { ...values, extraQuery: `${name}=1` },
    violated: `the unknown query parameter '${name}'`,
    isPlace: (violation) => "in" in violation && violation.in === "query" && violation.name === name,
    isLegal: () => false,
  };
  return [...changed, unknown];
}

function trialsOf(judge: Judge, values: RequestValues, parameter: Parameter, value: unknown): Trial[] {
  const { schema, required, in: place, name } = parameter;
  const trial = (keyword: string, parameters: RequestValues["parameters"], isLegal: () => boolean): Trial => ({
    clause: `${place} parameter ${name}: ${keyword}`,
    values: { ...values, parameters },
    violated: `'${keyword}' of the ${place} parameter '${name}'`,
    isInPath: place === "path",
    isPlace: (violation) => isAbout(violation, parameter),
    isLegal,
  });
  const trials = mutationsOf(judge.document, schema, value).map(({ keyword, value: changed }) =>
    trial(keyword, new Map(values.parameters).set(parameter, changed), () => {
      return (
        readingsOf(changed).some((reading) => judge.validator(schema)(reading)) || !judge.isCandidate(schema, value)
      );
    }),
  );
  if (!required || place === "path") return trials;
  const others = [...values.parameters].filter(([other]) => other !== parameter);
  return [trial("required", new Map(others), () => false), ...trials];
}

/** The values that the text of a parameter, or the texts of its items, can stand for. */
export function readingsOf(value: unknown): unknown[] {
  const read = (convert: (one: unknown) => unknown) => (Array.isArray(value) ? value.map(convert) : convert(value));
  const single = Array.isArray(value) ? [] : [[value], [String(value)]];
  return [value, read(String), read(parsed), ...single];
}

function parsed(value: unknown): unknown {
  try {
    return JSON.parse(String(value));
  } catch {
    return value;
  }
}
