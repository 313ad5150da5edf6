import type { Ajv2020 } from "ajv/dist/2020.js";
import { type Contract, contractOf } from "../../../server/contract/contract.ts";
import type { Schema } from "../../../server/contract/document.ts";
import { matching } from "../../../server/proof/matching.ts";
import { type Proof, prove } from "../../../server/proof/prove.ts";
import { schemaReference } from "../contract-ajv.ts";
import type { Pointer } from "../diagnostic.ts";

/**
 * Sends requests through the server's pipeline, built from the rendered files, and judges it by the schemas that the linter
 * has compiled in `ajv`. Returns the ids of operations for which no valid request could be made: their parameters and body
 * are not proven.
 * @throws Error if the pipeline treats a request or an example differently from the contract, a defect of this project
 */
export async function proveRendered(files: ReadonlyMap<string, string>, ajv: Ajv2020): Promise<string[]> {
  const { failures, unproven } = await proofOf(contractOf(JSON.parse(files.get("openapi.json") ?? "")), ajv);
  if (failures.length === 0) return [...new Set(unproven.map(({ id }) => id))];
  const list = failures.map((failure) => `\n  ${failure}.`).join("");
  throw new Error(`The server would not serve the contract as it is written.${list}`);
}

export function proofOf(contract: Contract, ajv: Ajv2020): Promise<Proof> {
  const pointers = pointersIn(contract.document);
  return prove(contract, {
    matching,
    judge(schema) {
      const pointer = pointers.get(schema);
      // A parameter can have the schema of a read-only property.
      const direction = pointer?.at(-3) === "parameters" ? "contract" : "request";
      const validate =
        pointer && (ajv.getSchema(schemaReference(pointer, direction)) ?? ajv.getSchema(schemaReference(pointer)));
      // An absent schema has no place, nor has the one that stands for a boolean.
      return validate ?? ajv.compile(schema);
    },
  });
}

/** The place of each object. One that YAML uses at several places has one of them. */
function pointersIn(document: object): ReadonlyMap<Schema, Pointer> {
  const pointers = new Map<Schema, Pointer>();
  const visit = (value: unknown, pointer: Pointer) => {
    if (value === null || typeof value !== "object") return;
    pointers.set(value as Schema, pointer);
    for (const [key, child] of Object.entries(value)) visit(child, [...pointer, key]);
  };
  visit(document, []);
  return pointers;
}
