import { type ContractDocument, resolve, valueAt } from "../../../../server/contract/document.ts";
import { headerText } from "../../../../server/contract/header-text.ts";
import type { Finding, Pointer } from "../../diagnostic.ts";
import type { Node, Nodes } from "../nodes.ts";

/** RFC 9110 section 5.6.2. */
const TOKEN = /^[\w!#$%&'*+\-.^`|~]+$/;
/** RFC 9110 section 5.5: Latin-1 without control characters, and no space at an end. */
const VALUE = /^(?! )[\t\x20-\x7e\xa0-\xff]*(?<! )$/;

/** The server and HTTP libraries read or write these headers themselves. */
const MESSAGE = [
  "connection",
  "content-encoding",
  "content-length",
  "keep-alive",
  "te",
  "trailer",
  "transfer-encoding",
];
const REQUEST = [...MESSAGE, "cookie", "expect", "host", "set-cookie", "upgrade"];
const RESPONSE = [...MESSAGE, "upgrade"];

/** The problem with the name of a header parameter. */
export function headerNameProblem(name: string): string | undefined {
  return tokenProblem(name) ?? ownProblem(name, REQUEST);
}

/** Response headers that cannot be sent. */
export function checkResponseHeaders(document: ContractDocument, served: Nodes): Finding[] {
  return [
    ...(served.get("Response") ?? []).flatMap(checkNames),
    ...(served.get("Header") ?? []).flatMap((header) => checkHeader(document, header)),
  ];
}

function checkNames({ value, pointer }: Node): Finding[] {
  const names = Object.keys(Object(value.headers));
  return names.flatMap((name): Finding[] => {
    const message = tokenProblem(name) ?? ownProblem(name, RESPONSE) ?? typeProblem(name) ?? twiceProblem(names, name);
    return message === undefined
      ? []
      : [{ pointer: [...pointer, "headers", name], at: "key", rule: "response-header", message }];
  });
}

function tokenProblem(name: string): string | undefined {
  if (TOKEN.test(name)) return undefined;
  return `'${name}' is no name of a header. Write letters, digits and '-'.`;
}

function ownProblem(name: string, own: readonly string[]): string | undefined {
  if (!own.includes(name.toLowerCase())) return undefined;
  return `The header '${name}' belongs to HTTP itself. Remove it, or choose another name.`;
}

/** Names of headers are equal in any case (RFC 9110 section 5.1). `name` is one of `names`. */
export function twiceProblem(names: readonly string[], name: string): string | undefined {
  const first = names.find((other) => other.toLowerCase() === name.toLowerCase());
  return first === name ? undefined : `'${first}' and '${name}' are the same header. Remove one.`;
}

function typeProblem(name: string): string | undefined {
  if (name.toLowerCase() !== "content-type") return undefined;
  return `OpenAPI ignores the response header '${name}'. Write the media type in 'content'.`;
}

const VALUE_MESSAGE =
  "A header can't have this value. Write Latin-1 characters without line breaks or spaces at the ends.";

/** An example of a response header is sent as it is. */
function checkHeader(document: ContractDocument, { value, pointer }: Node): Finding[] {
  const own = checkExampleTexts(document, pointer, VALUE, ["response-header", VALUE_MESSAGE]);
  // Those of its schema and of its content are sent if it has no other.
  const text = headerText(document, value);
  if (own.length > 0 || text === undefined || VALUE.test(text)) return own;
  return [{ pointer, rule: "response-header", message: VALUE_MESSAGE }];
}

/** The examples of a header parameter. */
export function checkParameterExamples(document: ContractDocument, { value, pointer }: Node): Finding[] {
  if (value.in === "header") return checkExampleTexts(document, pointer, VALUE, ["parameter", VALUE_MESSAGE]);
  if (value.in !== "path") return [];
  const message = "A segment of a path can't be empty, '.' or '..'. Write another example.";
  return checkExampleTexts(document, pointer, /^(?!\.{0,2}$)/, ["parameter", message]);
}

function checkExampleTexts(
  document: ContractDocument,
  pointer: Pointer,
  allowed: RegExp,
  [rule, message]: readonly [string, string],
): Finding[] {
  const { example, examples }: { example?: unknown; examples?: object } = Object(valueAt(document, pointer));
  const named = Object.entries(Object(examples)).map(([name, one]) => {
    const { value }: { value?: unknown } = Object(resolve(document, Object(one)));
    const isReference = "$ref" in Object(one);
    return { value, place: [...pointer, "examples", name, ...(isReference ? [] : ["value"])] };
  });
  return [{ value: example, place: [...pointer, "example"] }, ...named].flatMap(({ value, place }): Finding[] => {
    if (typeof value !== "string" || allowed.test(value)) return [];
    return [{ pointer: place, rule, message }];
  });
}
