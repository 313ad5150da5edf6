import {
  type ContractDocument,
  METHODS,
  type OperationObject,
  type ParameterObject,
  type PathItem,
  referencePointer,
  resolve,
  valueAt,
} from "../../../../server/contract/document.ts";
import { didYouMean, nearest } from "../../../../server/nearest.ts";
import type { Finding, Pointer } from "../../diagnostic.ts";
import type { Node, Nodes } from "../nodes.ts";
import { expressionProblems } from "./expressions.ts";
import { isMalformed } from "./references.ts";

const RULE = "link";

/** Links must lead to an operation of the contract, and callbacks and links have expressions that can be evaluated. */
export function checkLinks(document: ContractDocument, nodes: Nodes): Finding[] {
  const each = (type: string, check: (node: Node) => Finding[]) => (nodes.get(type) ?? []).flatMap(check);
  return [...each("Link", (link) => checkLink(document, nodes, link)), ...each("Callback", checkCallback)];
}

/** The keys of a callback are URLs with expressions, or one expression. */
function checkCallback({ value, pointer }: Node): Finding[] {
  const keys = Object.keys(value).filter((key) => !key.startsWith("x-"));
  return keys.flatMap((key) =>
    expressionProblems(key).map((message): Finding => ({ pointer: [...pointer, key], at: "key", rule: RULE, message })),
  );
}

function checkLink(document: ContractDocument, nodes: Nodes, { value, pointer }: Node): Finding[] {
  const { operationId, operationRef, parameters, requestBody } = value;
  const expressions = [
    ...Object.entries(Object(parameters)).map(([name, one]) => ({ place: [...pointer, "parameters", name], one })),
    { place: [...pointer, "requestBody"], one: requestBody },
  ].flatMap(({ place, one }) => expressionProblems(one).map((message) => ({ pointer: place, rule: RULE, message })));
  if ((operationId === undefined) === (operationRef === undefined)) {
    const message = "A link has either an 'operationId' or an 'operationRef'. Write one of them.";
    return [{ pointer, at: "key", rule: RULE, message }, ...expressions];
  }
  const target = operationId === undefined ? atReference(document, operationRef) : withId(nodes, operationId);
  if (typeof target === "string") {
    const member = operationId === undefined ? "operationRef" : "operationId";
    return [{ pointer: [...pointer, member], rule: RULE, message: target }, ...expressions];
  }
  return [...checkNames(document, target, { value: Object(parameters), pointer }), ...expressions];
}

interface Target {
  item: PathItem;
  operation: OperationObject;
}

/** The operation, or the problem. */
function withId(nodes: Nodes, operationId: unknown): Target | string {
  const items = (nodes.get("PathItem") ?? []).map(({ value }): PathItem => value);
  const targets = items.flatMap((item) =>
    METHODS.flatMap((method) => (item[method] ? { item, operation: item[method] } : [])),
  );
  const found = targets.find(({ operation }) => operation.operationId === operationId);
  const ids = targets.flatMap(({ operation }) => operation.operationId ?? []);
  return found ?? `There is no operation '${operationId}'.${didYouMean(nearest(String(operationId), ids))}`;
}

function atReference(document: ContractDocument, operationRef: unknown): Target | string {
  const reference = String(operationRef);
  if (!reference.startsWith("#/")) {
    return `'${reference}' is not supported. Write the operationId of an operation of this contract.`;
  }
  const place = isMalformed(reference) ? [] : referencePointer(reference);
  const method = METHODS.find((name) => name === place.at(-1));
  const item = resolve<PathItem>(document, Object(valueAt(document, place.slice(0, -1))));
  const operation = method && item?.[method];
  return operation ? { item, operation } : `'${reference}' is no operation. Write its operationId instead.`;
}

/** The names of a link's parameters are those of the operation, also as `path.id`. */
function checkNames(document: ContractDocument, { item, operation }: Target, { value, pointer }: Node): Finding[] {
  const declared = [...(item.parameters ?? []), ...(operation.parameters ?? [])].map((one) =>
    resolve<ParameterObject>(document, one),
  );
  const names = declared.flatMap(({ name, in: place }) => [name, `${place}.${name}`]);
  return Object.keys(value).flatMap((name): Finding[] => {
    if (names.includes(name)) return [];
    const near = didYouMean(nearest(name, names)) || " Remove it.";
    const message = `The operation has no parameter '${name}'.${near}`;
    const place: Pointer = [...pointer, "parameters", name];
    return [{ pointer: place, at: "key", rule: RULE, message }];
  });
}
