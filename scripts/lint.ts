import { createContractAjv, schemaReference } from "./contract-ajv.ts";
import {
  type Answer,
  type Content,
  type ContractDocument,
  type Example,
  type Operation,
  operationsOf,
  type Parameter,
  type Reference,
  referencePointer,
  resolve,
  valueAt,
} from "./contract-document.ts";
import type { Diagnostic } from "./diagnostic.ts";
import type { ParsedContract, Pointer } from "./parse.ts";

type Finding = { pointer: Pointer; at?: "key" | "value"; rule: string; message: string };
type Check = (document: ContractDocument) => Finding[];

/** All findings of the first stage that has any: a missing schema would only make the later stages repeat it. */
export function lint({ document, locate }: ParsedContract): Diagnostic[] {
  const stages: Check[][] = [[checkVersion], [checkReferences], [checkOperations, checkSchemas], [checkExamples]];
  for (const stage of stages) {
    const findings = stage.flatMap((check) => check(document));
    if (findings.length > 0) {
      return findings
        .map(({ pointer, at, ...rest }) => ({ ...locate(pointer, at), ...rest }))
        .sort((a, b) => a.line - b.line || a.column - b.column);
    }
  }
  return [];
}

function checkVersion({ openapi, paths, components }: ContractDocument): Finding[] {
  const rule = "openapi-3-1";
  if (!/^3\.1\.\d+$/.test(String(openapi))) {
    return [{ pointer: ["openapi"], rule, message: `The contract is written in OpenAPI 3.1, not '${openapi}'.` }];
  }
  if (!paths) return [{ pointer: [], rule, message: "The contract has no 'paths'." }];
  return components?.schemas ? [] : [{ pointer: [], rule, message: "The contract has no 'components.schemas'." }];
}

function checkReferences(document: ContractDocument): Finding[] {
  const findings: Finding[] = [];
  const visit = (value: unknown, pointer: Pointer) => {
    if (value === null || typeof value !== "object") return;
    for (const [key, inner] of Object.entries(value)) visit(inner, [...pointer, key]);
    const { $ref } = value as Partial<Reference>;
    if (typeof $ref !== "string") return;
    if ($ref.startsWith("#/") && valueAt(document, referencePointer($ref)) !== undefined) return;
    findings.push({
      pointer: [...pointer, "$ref"],
      rule: "no-unresolved-refs",
      message: `Nothing stands at '${$ref}'.`,
    });
  };
  visit(document, []);
  return findings;
}

function checkOperations(document: ContractDocument): Finding[] {
  const operations = operationsOf(document);
  if (operations.length === 0) return [{ pointer: ["paths"], rule: "operations", message: "There is no operation." }];
  return operations.flatMap(({ path, operation, pointer }) => [
    ...checkOperationId(operation, pointer),
    ...checkPathParameters(document, path, operation, pointer),
    ...checkSecurity(document, operation, pointer),
  ]);
}

function checkOperationId({ operationId }: Operation, pointer: Pointer): Finding[] {
  if (operationId !== undefined && /^[A-Za-z_]\w*$/.test(operationId)) return [];
  const message = operationId === undefined ? "The operation has no operationId." : "operationId is no identifier.";
  return [{ pointer: [...pointer, "operationId"], at: "key", rule: "operation-operationId", message }];
}

function checkPathParameters(document: ContractDocument, path: string, operation: Operation, at: Pointer): Finding[] {
  const declared = (operation.parameters ?? []).map((parameter) => resolve<Parameter>(document, parameter));
  const names = new Set(declared.filter((parameter) => parameter.in === "path").map(({ name }) => name));
  const used = new Set(Array.from(path.matchAll(/\{([^}]*)\}/g), ([, name]) => name ?? ""));
  const differing = [...names.symmetricDifference(used)];
  if (differing.length === 0) return [];
  const message = `Path and parameters differ in ${differing.map((name) => `'${name}'`).join(" and ")}.`;
  return [{ pointer: at.slice(0, -1), at: "key", rule: "path-parameters", message }];
}

function checkSecurity(document: ContractDocument, { security }: Operation, pointer: Pointer): Finding[] {
  if (!security?.length) {
    return [{ pointer, at: "key", rule: "security-defined", message: "The operation names no security requirement." }];
  }
  const known = document.components.securitySchemes ?? {};
  return security.flatMap((requirement, index) =>
    Object.keys(requirement)
      .filter((name) => !Object.hasOwn(known, name))
      .map((name) => ({
        pointer: [...pointer, "security", index, name],
        at: "key" as const,
        rule: "security-defined",
        message: `There is no security scheme '${name}'.`,
      })),
  );
}

function checkSchemas(document: ContractDocument): Finding[] {
  const ajv = createContractAjv(document);
  return Object.keys(document.components.schemas).flatMap((name) => {
    try {
      ajv.getSchema(schemaReference(name));
      return [];
    } catch (error) {
      const message = `Ajv can't compile it: ${(error as Error).message}.`;
      return [{ pointer: ["components", "schemas", name], at: "key" as const, rule: "schema-compiles", message }];
    }
  });
}

function checkExamples(document: ContractDocument): Finding[] {
  const contents: Content[] = operationsOf(document).flatMap(({ operation }) => [
    resolve<{ content: Content }>(document, operation.requestBody ?? { content: {} }).content,
    ...Object.values(operation.responses ?? {}).map((answer) => resolve<Answer>(document, answer).content ?? {}),
  ]);
  const ajv = createContractAjv(document);
  const used = contents.flatMap((content) => Object.values(content));
  const findings = used.flatMap(({ schema, examples = {} }) =>
    Object.entries(examples).flatMap(([name, example]) => {
      const validate = schema && ajv.compile(absolute(schema));
      if (!validate || validate(resolve<Example>(document, example).value)) return [];
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
