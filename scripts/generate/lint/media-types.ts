import { type ContractDocument, type ResponseObject, resolve, valueAt } from "../../../server/contract/document.ts";
import type { Finding, Pointer } from "../diagnostic.ts";
import type { Node, Nodes } from "./nodes.ts";
import { partsOf } from "./parameters/schemas.ts";

const RULE = "media-type";

/** `application/json`, `text/json`, `application/problem+json`, `application/*+json`. */
export function isJson(mediaType: string): boolean {
  return /^[^;]+[/+]json$/i.test(mediaType);
}

/** Request bodies are JSON. A response has the one media type that is sent. */
export function checkMediaTypes(document: ContractDocument, served: Nodes): Finding[] {
  return [
    ...emptyBodies(served),
    ...contents(served, "RequestBody").flatMap(({ mediaType, pointer }) => checkRequest(mediaType, pointer)),
    ...contents(served, "Response").flatMap(({ mediaType, pointer }) => checkResponse(mediaType, pointer)),
    ...(served.get("Operation") ?? []).flatMap((operation) => checkEmpty(document, operation)),
    ...checkTexts(document, served),
  ];
}

function emptyBodies(served: Nodes): Finding[] {
  const message = "The request body has no media type. Write 'application/json', or remove the body.";
  const bodies = (served.get("RequestBody") ?? []).filter(({ value }) => JSON.stringify(value.content) === "{}");
  return bodies.map(({ pointer }) => ({ pointer: [...pointer, "content"], rule: RULE, message }));
}

function contents(served: Nodes, type: "RequestBody" | "Response") {
  return (served.get(type) ?? []).flatMap(({ value, pointer }) =>
    Object.keys(Object(value.content)).map((mediaType) => ({ mediaType, pointer: [...pointer, "content", mediaType] })),
  );
}

function checkRequest(mediaType: string, pointer: Pointer): Finding[] {
  const [essence = ""] = mediaType.split(";");
  if (isJson(mediaType)) return checkCase(mediaType, pointer);
  const reason = isJson(essence.trim())
    ? `Parameters of media types are ignored. Write '${essence.trim()}'.`
    : "Request bodies must be JSON. Write 'application/json', or remove it.";
  return [{ pointer, at: "key", rule: RULE, message: `'${mediaType}' is not supported in a request. ${reason}` }];
}

function checkResponse(mediaType: string, pointer: Pointer): Finding[] {
  const remedy = mediaType.includes("*") ? "Write the media type that is sent." : "Write it without parameters.";
  if (/^[^\s/;*]+\/[^\s/;*]+$/.test(mediaType)) return checkCase(mediaType, pointer);
  return [{ pointer, at: "key", rule: RULE, message: `'${mediaType}' is not supported in a response. ${remedy}` }];
}

/** Media types are equal in any case (RFC 9110 section 8.3.1), and are compared as they are written here. */
function checkCase(mediaType: string, pointer: Pointer): Finding[] {
  const lower = mediaType.toLowerCase();
  if (mediaType === lower) return [];
  return [{ pointer, at: "key", rule: RULE, message: `Media types are written in lower case. Write '${lower}'.` }];
}

/** Statuses whose responses have no content (RFC 9110 section 6.4.1). */
const EMPTY = ["204", "205", "304"];

/** Responses by the statuses of an operation: some have no content. */
function checkEmpty(document: ContractDocument, { value, pointer }: Node): Finding[] {
  return EMPTY.flatMap((status): Finding[] => {
    const declared = Object(value.responses)[status];
    const content = Object(resolve<ResponseObject>(document, Object(declared))).content;
    if (Object.keys(Object(content)).length === 0) return [];
    const isReference = "$ref" in Object(declared);
    const message = `A response ${status} has no content. Remove 'content', or write another status.`;
    const place = [...pointer, "responses", status, ...(isReference ? [] : ["content"])];
    return [{ pointer: place, at: "key", rule: RULE, message }];
  });
}

/** Content other than JSON is sent as text or bytes. */
function checkTexts(document: ContractDocument, served: Nodes): Finding[] {
  return contents(served, "Response").flatMap(({ mediaType, pointer }): Finding[] => {
    // A range, and a media type with parameters, have a problem of their own.
    if (isJson(mediaType) || /[*;]/.test(mediaType)) return [];
    const { schema } = Object(valueAt(document, pointer));
    const types = partsOf(document, schema).flatMap(({ type = [] }) => [type].flat());
    const other = types.find((type) => type !== "string");
    if (other === undefined) return [];
    const message = `'${mediaType}' is sent as text or bytes, but its schema has the type ${other}. Write 'type: string'.`;
    return [{ pointer: [...pointer, "schema"], rule: RULE, message }];
  });
}
