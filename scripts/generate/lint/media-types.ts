import type { Finding, Pointer } from "../diagnostic.ts";
import type { Nodes } from "./nodes.ts";
import { isDescribedOnly } from "./operations.ts";

const RULE = "media-type";

/** `application/json`, `text/json`, `application/problem+json`, `application/*+json`. */
export function isJson(mediaType: string): boolean {
  return /^[^;]+[/+]json$/i.test(mediaType);
}

/** Request bodies are JSON. A response has the one media type that is sent. */
export function checkMediaTypes(nodes: Nodes): Finding[] {
  return [
    ...emptyBodies(nodes),
    ...contents(nodes, "RequestBody").flatMap(({ mediaType, pointer }) => checkRequest(mediaType, pointer)),
    ...contents(nodes, "Response").flatMap(({ mediaType, pointer }) => checkResponse(mediaType, pointer)),
  ];
}

function emptyBodies(nodes: Nodes): Finding[] {
  const message = "The request body has no media type. Write 'application/json', or remove the body.";
  const bodies = (nodes.get("RequestBody") ?? []).filter(({ value }) => JSON.stringify(value.content) === "{}");
  return bodies.map(({ pointer }) => ({ pointer: [...pointer, "content"], rule: RULE, message }));
}

function contents(nodes: Nodes, type: "RequestBody" | "Response") {
  const served = (nodes.get(type) ?? []).filter(({ pointer }) => !isDescribedOnly(pointer));
  return served.flatMap(({ value, pointer }) =>
    Object.keys(Object(value.content)).map((mediaType) => ({ mediaType, pointer: [...pointer, "content", mediaType] })),
  );
}

function checkRequest(mediaType: string, pointer: Pointer): Finding[] {
  const [essence = ""] = mediaType.split(";");
  if (isJson(mediaType)) return [];
  const reason = isJson(essence.trim())
    ? `Parameters of media types are ignored. Write '${essence.trim()}'.`
    : "Request bodies must be JSON. Write 'application/json', or remove it.";
  return [{ pointer, at: "key", rule: RULE, message: `'${mediaType}' is not supported in a request. ${reason}` }];
}

function checkResponse(mediaType: string, pointer: Pointer): Finding[] {
  const remedy = mediaType.includes("*") ? "Write the media type that is sent." : "Write it without parameters.";
  if (/^[^\s/;*]+\/[^\s/;*]+$/.test(mediaType)) return [];
  return [{ pointer, at: "key", rule: RULE, message: `'${mediaType}' is not supported in a response. ${remedy}` }];
}
