import {
  type ContractDocument,
  operationsOf,
  type Reference,
  referencePointer,
  valueAt,
} from "../../../server/contract/document.ts";
import { type Operation, readOperations } from "../../../server/contract/operations.ts";
import { dataType, isJson, methodName, sentType, successesOf } from "./methods.ts";

/** A schema of a body, and the TypeScript type of its values. */
export interface BodySchema {
  place: string[];
  direction: "request" | "response";
  type: string;
}

/** The bodies of an operation that have a JSON schema. */
export interface Bodies {
  method: string;
  id: string;
  /** The media type that the client sends. */
  sent: string;
  /** By media type. */
  requests: Map<string, BodySchema>;
  /** Of 2xx responses; empty if one of them has another content, or no schema. */
  responses: BodySchema[];
  /** Whether a 2xx response has no content. */
  canBeEmpty: boolean;
  /** Of all responses, by status, range or `default`, and by media type. */
  responsesByStatus: Map<string, Map<string, BodySchema>>;
}

export function bodiesOf(document: ContractDocument): Bodies[] {
  const operations = readOperations(document);
  return operationsOf(document).flatMap(({ path, method }, index) => {
    const operation = operations[index];
    const place = [...follow(document, ["paths", path]), method];
    return operation ? [bodiesIn(document, operation, place)] : [];
  });
}

function bodiesIn(document: ContractDocument, operation: Operation, pointer: string[]): Bodies {
  const type = `operations[${JSON.stringify(operation.id)}]`;
  const schemaAt = (place: string[], mediaType: string) => {
    const schema = [...follow(document, place), "content", mediaType, "schema"];
    return valueAt(document, schema) === undefined ? [] : [schema];
  };
  const mediaTypes = operation.requestBody?.mediaTypes ?? [];
  const requests = mediaTypes.flatMap((mediaType) =>
    schemaAt([...pointer, "requestBody"], mediaType).map((place): [string, BodySchema] => {
      const content = `NonNullable<${type}["requestBody"]>["content"][${JSON.stringify(mediaType)}]`;
      return [mediaType, { place, direction: "request", type: content }];
    }),
  );
  const contents = successesOf(operation).filter(([, { mediaTypes: types }]) => types.length > 0);
  const responses = contents.flatMap(([status, declared]) =>
    schemaAt([...pointer, "responses", status], declared.mediaTypes.find(isJson) ?? "").map((place): BodySchema => {
      return { place, direction: "response", type: dataType(type, status, declared) };
    }),
  );
  const responsesByStatus = Object.entries(operation.responses).map(([status, declared]) => {
    const schemas = declared.mediaTypes.filter(isJson).flatMap((mediaType) =>
      schemaAt([...pointer, "responses", status], mediaType).map((place): [string, BodySchema] => {
        return [mediaType, { place, direction: "response", type: "unknown" }];
      }),
    );
    return [status, new Map(schemas)] as const;
  });
  return {
    method: methodName(operation),
    id: operation.id,
    sent: sentType(mediaTypes),
    requests: new Map(requests),
    responses: responses.length === contents.length ? responses : [],
    canBeEmpty: contents.length < successesOf(operation).length,
    responsesByStatus: new Map(responsesByStatus),
  };
}

/** The place behind references. */
export function follow(document: ContractDocument, pointer: string[]): string[] {
  const { $ref } = Object(valueAt(document, pointer)) as Partial<Reference>;
  return $ref === undefined ? pointer : follow(document, referencePointer($ref));
}
