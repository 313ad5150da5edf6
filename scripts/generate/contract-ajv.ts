import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import type { ContractDocument } from "../../server/contract/document.ts";

const CONTRACT_ID = "contract.json";

/** The `$ref` under which a component schema is known to the Ajv of `contractAjv`. */
export function schemaReference(name: string): string {
  return `${CONTRACT_ID}#/components/schemas/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

type Schemas = ContractDocument["components"]["schemas"];

const KNOWN = new WeakMap<Schemas, Ajv2020>();

/**
 * The strict Ajv over a document's component schemas: unknown keywords and formats throw when a schema is compiled. One
 * for all steps of a run, for compiling takes longest.
 */
export function contractAjv(schemas: Schemas): Ajv2020 {
  const ajv = KNOWN.get(schemas) ?? createAjv(schemas);
  KNOWN.set(schemas, ajv);
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
