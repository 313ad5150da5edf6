import type { ContractDocument, Schema } from "../../../server/contract/document.ts";
import { type Operation, readOperations } from "../../../server/contract/operations.ts";
import { isJson, methodName, sentType, successesOf } from "./methods.ts";

/** Names of component schemas. A body with an inline schema has none, and no validator. */
export interface BodySchemas {
  request?: string;
  /** Of the data of every 2xx. */
  response?: string;
}

/** BODY_SCHEMAS, by the names of the client's methods. */
export function bodySchemasOf(document: ContractDocument): Record<string, BodySchemas> {
  return Object.fromEntries(readOperations(document).map((found) => [methodName(found), schemasOf(found)]));
}

function schemasOf(operation: Operation): BodySchemas {
  const { mediaTypes = [], schemas = {} } = operation.requestBody ?? {};
  const request = componentName(schemas[sentType(mediaTypes)]);
  const responses = successesOf(operation).map(([, declared]) => {
    return componentName(declared.schemas[declared.mediaTypes.find(isJson) ?? ""]);
  });
  const [response, ...others] = new Set(responses);
  return { ...(request && { request }), ...(response && others.length === 0 && { response }) };
}

function componentName({ $ref }: Schema = {}): string | undefined {
  const [, name] = /^#\/components\/schemas\/([^/]+)$/.exec(String($ref)) ?? [];
  return name?.replaceAll("~1", "/").replaceAll("~0", "~");
}
