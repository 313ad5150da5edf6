import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import type { ContractDocument } from "../../server/contract/document.ts";

const CONTRACT_ID = "contract.json";

type Schemas = ContractDocument["components"]["schemas"];

/** `$ref` of a component schema in the Ajv instance of `contractAjv`. */
export function schemaReference(name: string): string {
  return `${CONTRACT_ID}#/components/schemas/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

const INSTANCES = new WeakMap<Schemas, Ajv2020>();

/**
 * The Ajv instance of a document's component schemas. It is strict: compiling a schema with an unknown keyword or format
 * throws. The linter and the renderer share it, because compiling the schemas is the slowest part of both.
 */
export function contractAjv(schemas: Schemas): Ajv2020 {
  const ajv = INSTANCES.get(schemas) ?? createAjv(schemas);
  INSTANCES.set(schemas, ajv);
  return ajv;
}

function createAjv(schemas: Schemas): Ajv2020 {
  const ajv = new Ajv2020({
    strict: true,
    allowUnionTypes: true,
    allErrors: true,
    inlineRefs: false,
    code: { source: true, esm: true },
  });
  addFormats.default(ajv);
  ajv.addVocabulary(["components"]);
  ajv.addSchema({ $id: CONTRACT_ID, components: { schemas } });
  return ajv;
}
