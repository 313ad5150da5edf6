import type { Contract } from "../../contract/contract.ts";
import { resolve, type Schema } from "../../contract/document.ts";
import type { Violation } from "../../contract/violations.ts";
import { didYouMean, nearest } from "../../nearest.ts";

/** A schema of the control contract for faults of some kinds. */
interface FaultSchema extends Schema {
  properties: Record<string, Schema> & { kind: { const?: string; enum?: string[] } };
}

const POINTER = /^\/rules\/(\d+)\/fault(\/|$)/;

/**
 * Replaces the violations of each fault, which the validator reports for every schema of `oneOf`, by those of the schema
 * that has its kind.
 * @param contract The control contract.
 */
export function faultViolations(contract: Contract, body: unknown, violations: readonly Violation[]): Violation[] {
  const { rules } = Object(body) as { rules?: unknown[] };
  const indexes = violations.flatMap((one) => ("pointer" in one ? (POINTER.exec(one.pointer)?.[1] ?? []) : []));
  const others = violations.filter((one) => !("pointer" in one && POINTER.test(one.pointer)));
  const own = [...new Set(indexes)].flatMap((index) => {
    const pointer = `/rules/${index}/fault`;
    const { fault } = Object(rules?.[Number(index)]) as { fault?: unknown };
    return fault === undefined
      ? [{ pointer, detail: "must be present" }]
      : violationsOf(contract, fault).map(({ pointer: place, detail }) => ({ pointer: pointer + place, detail }));
  });
  return [...others, ...own];
}

function violationsOf(contract: Contract, fault: unknown): { pointer: string; detail: string }[] {
  const { schemas } = contract.document.components;
  const declared = (schemas.Fault as { oneOf?: Schema[] } | undefined)?.oneOf ?? [];
  const byKind = new Map(
    declared.flatMap((reference) => {
      // The control contract is part of this project.
      const schema = resolve(contract.document, reference) as FaultSchema;
      const { const: only, enum: kinds = [] } = schema.properties.kind;
      return [only ?? kinds].flat().map((kind) => [kind, { schema, reference }] as const);
    }),
  );
  if (typeof fault !== "object" || fault === null) return [{ pointer: "", detail: "must be object" }];
  const { kind } = fault as { kind?: unknown };
  const found = byKind.get(kind as string);
  if (!found) {
    const suggestion = typeof kind === "string" ? didYouMean(nearest(kind, byKind.keys())) : "";
    return [{ pointer: "/kind", detail: `must be one of ${[...byKind.keys()].join(", ")}.${suggestion}` }];
  }
  const validate = contract.validator(found.reference);
  if (validate(fault)) return [];
  const members = Object.keys(found.schema.properties);
  return (validate.errors ?? []).map(({ instancePath, keyword, params, message = "" }) => {
    if (keyword === "required")
      return { pointer: `${instancePath}/${params.missingProperty}`, detail: "must be present" };
    if (keyword !== "additionalProperties") return { pointer: instancePath, detail: message };
    const name = String(params.additionalProperty);
    const detail = `must NOT be present: the members of the fault ${kind} are ${members.join(", ")}.`;
    return { pointer: `${instancePath}/${name}`, detail: detail + didYouMean(nearest(name, members)) };
  });
}
