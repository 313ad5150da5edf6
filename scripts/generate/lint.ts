import {
  type Content,
  type ContractDocument,
  type ExampleObject,
  operationsOf,
  type ResponseObject,
  referencePointer,
  resolve,
} from "../../server/contract/document.ts";
import { contractAjv, schemaReference } from "./contract-ajv.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { checkKeywords, checkOperations, checkSchemas } from "./house-rules.ts";
import { redoclyFindings } from "./lint-redocly.ts";
import type { ParsedContract, Pointer } from "./parse.ts";

export interface Finding {
  pointer: Pointer;
  /** Whether the key or the value is to be underlined; default the value. */
  at?: "key" | "value";
  rule: string;
  message: string;
}

/** Everything that is wrong with the contract, in line order. Examples are tried once the schemas are sound. */
export async function lint(contract: ParsedContract): Promise<Diagnostic[]> {
  const { document } = contract;
  const version = checkVersion(document);
  if (version.length > 0) return placed(version, contract);
  const structural = await redoclyFindings(contract);
  const found = [...structural, ...checkOperations(document), ...checkKeywords(document)];
  if (found.length > 0) return placed(found, contract);
  // What is wrong by now would only be found again, less precisely.
  const schemas = checkSchemas(document);
  return placed(schemas.length > 0 ? schemas : checkExamples(document), contract);
}

function placed(findings: Finding[], { locate }: ParsedContract): Diagnostic[] {
  return findings
    .map(({ pointer, at, rule, message }) => ({ ...locate(pointer, at), rule, message }))
    .sort((a, b) => a.line - b.line || a.column - b.column);
}

function checkVersion({ openapi, paths, components }: ContractDocument): Finding[] {
  const rule = "openapi-3-1";
  if (!/^3\.1\.\d+$/.test(String(openapi))) {
    const found = openapi === undefined ? "it does not say its version in 'openapi'" : `not '${openapi}'`;
    return [{ pointer: ["openapi"], rule, message: `The contract is written in OpenAPI 3.1: ${found}.` }];
  }
  if (!paths) return [{ pointer: [], rule, message: "The contract has no 'paths'." }];
  return components?.schemas ? [] : [{ pointer: [], rule, message: "The contract has no 'components.schemas'." }];
}

function checkExamples(document: ContractDocument): Finding[] {
  const contents: Content[] = operationsOf(document).flatMap(({ operation }) => [
    resolve<{ content: Content }>(document, operation.requestBody ?? { content: {} }).content,
    ...Object.values(operation.responses ?? {}).map(
      (answer) => resolve<ResponseObject>(document, answer).content ?? {},
    ),
  ]);
  const ajv = contractAjv(document.components.schemas);
  const used = contents.flatMap((content) => Object.values(content));
  const findings = used.flatMap(({ schema, examples = {} }) =>
    Object.entries(examples).flatMap(([name, example]) => {
      const validate = schema && ajv.compile(absolute(schema));
      if (!validate || validate(resolve<ExampleObject>(document, example).value)) return [];
      const home = "$ref" in example ? referencePointer(example.$ref) : ["components", "examples", name];
      return (validate.errors ?? []).map((error) => ({
        pointer: [...home, "value", ...referencePointer(error.instancePath).filter((segment) => segment !== "")],
        rule: "example-valid",
        message: `The example '${name}' breaks its schema: ${error.message}.`,
      }));
    }),
  );
  // One example is used under several media types; one finding for it is enough.
  return [...new Map(findings.map((finding) => [JSON.stringify(finding), finding])).values()];
}

/** A media type's schema with its local reference made one that the contract's Ajv knows. */
function absolute(schema: Record<string, unknown>): Record<string, unknown> {
  const { $ref } = schema;
  return typeof $ref === "string" ? { $ref: schemaReference(referencePointer($ref).at(-1) ?? "") } : schema;
}
