import { readFileSync } from "node:fs";
import { Ajv2020, type AnySchemaObject, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { type Direction, directed, MARK_MESSAGES, type Mark } from "./direction.ts";
import type { ContractDocument, Schema } from "./document.ts";
import { mapKeywords } from "./keywords.ts";
import { MULTIPLE_OF_PRECISION } from "./numbers.ts";
import { type Operation, readOperations, readSecuritySchemes, type SecurityScheme } from "./operations.ts";
import { requestValidation, type ValidationHandlers } from "./request-validation.ts";

/** A contract at run time, read from its bundled document only. */
export interface Contract {
  document: ContractDocument;
  operations: readonly Operation[];
  /** By name. */
  securitySchemes: Readonly<Record<string, SecurityScheme>>;
  /** Middleware that validates requests; compiled on the first call. */
  requestValidation(): ValidationHandlers;
  /**
   * Returns a validator of responses that collects all violations, for a component schema by its name or for a schema of
   * this document; compiled on the first call.
   */
  validator(schema: string | Schema): ValidateFunction;
  /** The same for requests. */
  requestValidator(schema: string | Schema): ValidateFunction;
}

/** An invalid contract. The message has the reason and the remedy. */
export class ContractError extends Error {
  override readonly name = "ContractError";
}

const DOCUMENT = new URL("../../generated/openapi.json", import.meta.url);

/** The last contract read from each file. Servers in one process share it, because compiling is most of the start time. */
const LOADED = new Map<string, { text: string; contract: Contract }>();

/**
 * Reads a bundled document, by default generated/openapi.json.
 * @throws ContractError if it can't be read.
 */
export function loadContract(file: URL = DOCUMENT): Contract {
  try {
    const text = readFileSync(file, "utf8");
    const known = LOADED.get(file.href);
    if (known?.text === text) return known.contract;
    const contract = contractOf(JSON.parse(text));
    LOADED.set(file.href, { text, contract });
    return contract;
  } catch (error) {
    throw new ContractError(`The contract can't be read: ${(error as Error).message}. Run: npm run generate`);
  }
}

/** The contract of a bundled document. */
export function contractOf(document: ContractDocument): Contract {
  const compiled: { validation?: ValidationHandlers } = {};
  const operations = readOperations(document);
  const texts = new Map(operations.flatMap(({ parameters }) => parameters.map((one) => [one.schema, one.textSchema])));
  const bodyValidator = schemaValidator(document, "readOnly");
  // A parameter can have the schema of a read-only property.
  const requestValidator: Contract["validator"] = (schema) =>
    bodyValidator((typeof schema === "object" && texts.get(schema)) || schema);
  return {
    document,
    operations,
    securitySchemes: readSecuritySchemes(document),
    requestValidation() {
      compiled.validation ??= requestValidation({ document, operations, validator: requestValidator });
      return compiled.validation;
    },
    requestValidator,
    validator: schemaValidator(document, "writeOnly"),
  };
}

const ID = "contract";

/** `mark`: the properties that must not be sent. */
function schemaValidator(document: ContractDocument, mark: Mark): Contract["validator"] {
  const direction: Direction = { root: document, marks: [mark] };
  const compiled = new WeakMap<Schema, ValidateFunction>();
  let created: Ajv2020 | undefined;
  return (schema) => {
    created ??= contractAjv(document, direction, mark);
    if (typeof schema === "string") {
      const validate = created.getSchema(`${ID}#/components/schemas/${schema}`);
      if (!validate) throw new ContractError(`The contract has no schema ${schema}.`);
      return validate;
    }
    const known = compiled.get(schema);
    if (known) return known;
    // References are relative to the document.
    const absolute = mapKeywords(directed(schema, direction), (key, value) => (key === "$ref" ? ID + value : value));
    const validate = created.compile(absolute as AnySchemaObject);
    compiled.set(schema, validate);
    return validate;
  };
}

function contractAjv({ components, paths, webhooks }: ContractDocument, direction: Direction, mark: Mark): Ajv2020 {
  // The generator has checked the schemas strictly; here unknown keywords and formats are annotations.
  const ajv = new Ajv2020({
    strict: false,
    allErrors: true,
    validateSchema: false,
    meta: false,
    logger: false,
    multipleOfPrecision: MULTIPLE_OF_PRECISION,
  });
  addFormats.default(ajv);
  ajv.removeKeyword(mark);
  ajv.addKeyword({
    keyword: mark,
    error: { message: MARK_MESSAGES[mark] },
    code: (context) => context.schema === true && context.fail(),
  });
  const { examples: _, ...described } = components ?? {};
  return ajv.addSchema({ $id: ID, ...directed({ components: described, paths, webhooks }, direction) });
}
