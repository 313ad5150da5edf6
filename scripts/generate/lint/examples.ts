import { createContext, Script } from "node:vm";
import type { Ajv2020, ErrorObject, ValidateFunction } from "ajv/dist/2020.js";
import { type ContractDocument, referencePointer, valueAt } from "../../../server/contract/document.ts";
import { type SchemaDirection, schemaReference } from "../contract-ajv.ts";
import type { Finding, Pointer } from "../diagnostic.ts";
import { type Node, type Nodes, pointerOf, servedNodes } from "./nodes.ts";

/** A value in the contract that must be valid against a schema. */
interface Sample {
  /** As in "The example 'synced'". */
  name: string;
  pointer: Pointer;
  value: unknown;
  schema: Pointer;
  /** For the content of a request or a response. */
  direction?: SchemaDirection;
}

const RULE = "example-valid";

/** Every example and every default must be valid against its schema. */
export function checkExamples(document: ContractDocument, nodes: Nodes, ajv: Ajv2020): Finding[] {
  const samples = [...schemaSamples(nodes), ...describedSamples(document, nodes)];
  const errorsOf = limitedCheck();
  const findings = samples.flatMap(({ name, pointer, value, schema, direction }) => {
    // There are no schemas of a direction if nothing is `readOnly` or `writeOnly`.
    const validate = ajv.getSchema(schemaReference(schema, direction)) ?? ajv.getSchema(schemaReference(schema));
    if (!validate) return [];
    const errors = errorsOf(validate, value);
    if (errors === "slow") return [{ pointer, rule: RULE, message: slowMessage(name) }];
    return errors.map((error) => ({
      pointer: [...pointer, ...placeOf(error)],
      rule: RULE,
      message: `The ${name} does not match its schema: ${error.message}.`,
    }));
  });
  // An example used under several media types is reported once.
  return [...new Map(findings.map((finding) => [JSON.stringify(finding), finding])).values()];
}

/** Milliseconds. The pattern `^a*a*a*a*a*a*$` takes 64 times the time for a text twice as long. */
const LIMIT_MS = 1_000;

/** Returns a function that returns the errors of a value, or "slow" if they take too long to find. */
function limitedCheck() {
  const call: { validate?: ValidateFunction; value?: unknown } = {};
  const context = createContext(call);
  const script = new Script("validate(value)");
  return (validate: ValidateFunction, value: unknown): readonly ErrorObject[] | "slow" => {
    Object.assign(call, { validate, value });
    try {
      return script.runInContext(context, { timeout: LIMIT_MS }) ? [] : (validate.errors ?? []);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ERR_SCRIPT_EXECUTION_TIMEOUT") return "slow";
      throw error;
    }
  };
}

function slowMessage(name: string): string {
  return `A pattern takes more than ${LIMIT_MS / 1_000} s to check the ${name}. Write the pattern with fewer repetitions.`;
}

function placeOf({ instancePath, params }: ErrorObject): string[] {
  const unknown = params.additionalProperty ?? params.unevaluatedProperty;
  const place = pointerOf(instancePath);
  return unknown === undefined ? place : [...place, String(unknown)];
}

function schemaSamples(nodes: Nodes): Sample[] {
  return (nodes.get("Schema") ?? []).flatMap(({ value, pointer }) => {
    const single = ["default", "example"].flatMap((name) => {
      if (value[name] === undefined) return [];
      return [{ name, pointer: [...pointer, name], value: value[name], schema: pointer }];
    });
    const examples = Array.isArray(value.examples) ? value.examples : [];
    const listed = examples.map((example, index) => ({
      name: "example",
      pointer: [...pointer, "examples", index],
      value: example,
      schema: pointer,
    }));
    return [...single, ...listed];
  });
}

/**
 * The examples of media types, parameters and headers. Where nothing is served, as in a callback, the example of a form or of
 * XML can be its text.
 */
function describedSamples(document: ContractDocument, nodes: Nodes): Sample[] {
  const served = servedNodes(document, nodes);
  return ["Parameter", "Header", "MediaType"].flatMap((type) => {
    const places = new Set(served.get(type));
    return (nodes.get(type) ?? []).flatMap((node) =>
      samplesOf(document, node).filter(({ value }) => places.has(node) || typeof value !== "string"),
    );
  });
}

function samplesOf(document: ContractDocument, { value, pointer }: Node): Sample[] {
  const schema = [...pointer, "schema"];
  const place = pointer.findLast((key) => DIRECTIONS.has(key));
  const direction = (place !== undefined && DIRECTIONS.get(place)) || "contract";
  const samples: Sample[] = Object.keys(Object(value.examples)).flatMap((key) => {
    const shown = exampleAt(document, [...pointer, "examples", key]);
    const example = valueAt(document, shown);
    return example === undefined
      ? []
      : [{ name: `example '${key}'`, pointer: shown, value: example, schema, direction }];
  });
  if (value.example === undefined) return samples;
  return [...samples, { name: "example", pointer: [...pointer, "example"], value: value.example, schema, direction }];
}

const DIRECTIONS: ReadonlyMap<string | number, SchemaDirection> = new Map([
  ["requestBody", "request"],
  ["requestBodies", "request"],
  ["responses", "response"],
]);

/** The place of an example's value, behind references. */
function exampleAt(document: ContractDocument, pointer: Pointer): Pointer {
  const { $ref } = Object(valueAt(document, pointer));
  return typeof $ref === "string" ? exampleAt(document, referencePointer($ref)) : [...pointer, "value"];
}
