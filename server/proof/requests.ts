import type { Operation } from "../contract/operations.ts";
import type { Parameter } from "../contract/parameters.ts";
import type { Sent } from "./cases.ts";

/** The content of a request before it is written as text. */
export interface RequestValues {
  /** Absent parameters are not sent. */
  parameters: ReadonlyMap<Parameter, unknown>;
  body?: { mediaType: string; value: unknown };
  /** Added to the query. */
  extraQuery?: string;
}

/** Characters of all parameters and headers: a request line or headers above 16 KiB are rejected before the pipeline. */
const MAX_HEAD = 12_000;

/** The request with these values; undefined if a parameter can't have its value, such as an empty path segment. */
export function requestOf(
  operation: Operation,
  { parameters, body, extraQuery = "" }: RequestValues,
): Sent | undefined {
  const all = [...parameters];
  if (!all.every(([parameter, value]) => canSend(parameter, value))) return undefined;
  const at = (place: Parameter["in"]) => all.filter(([parameter]) => parameter.in === place);
  const path = at("path").reduce(
    (template, [{ name }, value]) => template.replaceAll(`{${name}}`, () => joined(value)),
    operation.template,
  );
  const query = [...at("query").map(([parameter, value]) => pairsOf(parameter, value)), extraQuery];
  const headers = Object.fromEntries(at("header").map(([{ name }, value]) => [name, textsOf(value).join(",")]));
  const url = [path, query.filter((pair) => pair !== "").join("&")].filter((part) => part !== "").join("?");
  if (path.includes("{") || url.length + JSON.stringify(headers).length > MAX_HEAD) return undefined;
  const text = body && JSON.stringify(body.value);
  return { method: operation.method, url, headers: { ...headers, ...describe(body?.mediaType, text) }, body: text };
}

function describe(mediaType: string | undefined, text: string | undefined): Record<string, string> {
  if (mediaType === undefined || text === undefined) return {};
  return { "Content-Type": mediaType.replace("*", "proof"), "Content-Length": String(Buffer.byteLength(text)) };
}

function joined(value: unknown): string {
  return textsOf(value).map(encodeURIComponent).join(",");
}

function pairsOf({ name, explode }: Parameter, value: unknown): string {
  const key = encodeURIComponent(name);
  if (!explode) return `${key}=${joined(value)}`;
  return textsOf(value)
    .map((text) => `${key}=${encodeURIComponent(text)}`)
    .join("&");
}

/** Whether a parameter can have this value in a request line or header. */
export function canSend(parameter: Parameter, value: unknown): boolean {
  const texts = textsOf(value);
  return texts.length > 0 && texts.every((text) => isSendable(parameter, text, Array.isArray(value)));
}

/** The texts of a parameter: several for an array, none for values that no text stands for. */
function textsOf(value: unknown): string[] {
  const items = Array.isArray(value) ? value : [value];
  return items.some((item) => item === undefined || typeof item === "object") ? [] : items.map(String);
}

function isSendable({ in: place, explode }: Parameter, text: string, isItem: boolean): boolean {
  if (/[\p{Cc}\p{Cs}]/u.test(text)) return false;
  if (isItem && (text === "" || (!explode && text.includes(",")))) return false;
  if (place === "path") return text !== "" && text !== "." && text !== "..";
  return place === "query" || /^[!-~]+( [!-~]+)*$/.test(text);
}
