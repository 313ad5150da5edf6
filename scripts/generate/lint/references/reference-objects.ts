import { type ContractDocument, METHODS, referencePointer, valueAt } from "../../../../server/contract/document.ts";
import type { Finding, Pointer } from "../../diagnostic.ts";
import type { Nodes } from "../nodes.ts";
import { isInLink, membersOf } from "./members.ts";

const RULE = "reference";

/** References that are no schemas: to path items, parameters, bodies, responses, headers, examples, links, callbacks. */
export function checkReferenceObjects(document: ContractDocument, nodes: Nodes): Finding[] {
  const schemas = new Set((nodes.get("Schema") ?? []).map(({ pointer }) => pointer.join("\n")));
  const places = membersOf(document).flatMap(({ pointer, key, value, isData }) =>
    key === "$ref" && typeof value === "string" && !isData ? [pointer.slice(0, -1)] : [],
  );
  const others = places.filter((place) => !schemas.has(place.join("\n")) && !isInLink(place));
  return [
    ...others.flatMap((place) => checkSiblings(document, place)),
    ...checkOperations(nodes),
    ...checkShared(document, nodes, others),
  ];
}

/** Members beside `$ref` that OpenAPI ignores, or whose effect it leaves open. */
function checkSiblings(document: ContractDocument, place: Pointer): Finding[] {
  const isRead = (key: string) => ["$ref", "summary", "description"].includes(key) || key.startsWith("x-");
  const ignored = Object.keys(Object(valueAt(document, place))).filter((key) => !isRead(key));
  return ignored.map((key) => {
    const message = `'${key}' beside '$ref' has no effect. Write it where the reference leads, or remove the reference.`;
    return { pointer: [...place, key], at: "key", rule: RULE, message };
  });
}

function checkOperations(nodes: Nodes): Finding[] {
  return (nodes.get("PathItem") ?? []).flatMap(({ value, pointer }) =>
    METHODS.flatMap((method): Finding[] => {
      if (Object(value[method]).$ref === undefined) return [];
      const message = "An operation can't be a reference. Refer to a whole path item, or write the operation.";
      return [{ pointer: [...pointer, method, "$ref"], at: "key", rule: RULE, message }];
    }),
  );
}

/** An operation has one place: its types have the name of its operationId. */
function checkShared(document: ContractDocument, nodes: Nodes, places: readonly Pointer[]): Finding[] {
  return (nodes.get("PathItem") ?? []).flatMap(({ value, pointer }) => {
    const isComponent = pointer[0] === "components" && pointer[1] === "pathItems";
    const hasIds = METHODS.some((method) => Object(value[method]).operationId !== undefined);
    if (isComponent || !hasIds) return [];
    const isHere = (place: Pointer) => targetOf(document, place).join("\n") === pointer.join("\n");
    // Two paths have a rule of their own, which names both.
    const isOther = (place: Pointer) => !(isPath(pointer) && isPath(place));
    const message =
      "The operations of this path item belong to another path, webhook or callback. Describe each on its own.";
    return places
      .filter((place) => isOther(place) && isHere(place))
      .map((place) => ({ pointer: [...place, "$ref"], rule: RULE, message }));
  });
}

function isPath(place: Pointer): boolean {
  return place[0] === "paths" && place.length === 2;
}

function targetOf(document: ContractDocument, place: Pointer): Pointer {
  return referencePointer(String(Object(valueAt(document, place)).$ref));
}
