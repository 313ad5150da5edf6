import { type ContractDocument, type ParameterObject, resolve } from "../../../../server/contract/document.ts";
import { apiKeyHeaders } from "../../client/credentials.ts";
import type { Finding } from "../../diagnostic.ts";
import type { Node, Nodes } from "../nodes.ts";
import { checkParameterExamples, headerNameProblem, twiceProblem } from "./headers.ts";
import { schemaProblem } from "./schemas.ts";

const RULE = "parameter";

/** The style of each place; other styles are not supported. */
const STYLES: Readonly<Record<string, string>> = { path: "simple", query: "form", header: "simple" };
const PLACES = [...Object.keys(STYLES), "cookie"];
/** OpenAPI ignores header parameters of these names. */
const DESCRIBED_ELSEWHERE: Readonly<Record<string, string>> = {
  accept: "the media types of the responses",
  "content-type": "the media types of the request body",
  authorization: "a security scheme",
};

/** Parameters that the server cannot read. */
export function checkParameters(document: ContractDocument, served: Nodes): Finding[] {
  // Another place is reported as such.
  const isKnown = ({ value }: Node) => PLACES.includes(String(value.in));
  const parameters = (served.get("Parameter") ?? []).filter(isKnown);
  const lists = [...(served.get("Operation") ?? []), ...(served.get("PathItem") ?? [])];
  const twice = lists.flatMap((node) => checkHeaderNames(document, node));
  const keys = new Set(apiKeyHeaders(document).map((name) => name.toLowerCase()));
  const problems = parameters.flatMap((parameter) => {
    const found = problemOf(document, parameter) ?? keyProblem(keys, parameter);
    if (!found) return checkParameterExamples(document, parameter);
    const [member, message] = found;
    const pointer = member === undefined ? parameter.pointer : [...parameter.pointer, member];
    return [{ pointer, rule: RULE, message }];
  });
  return [...twice, ...problems];
}

/** Two header parameters of an operation, or of a path item, whose names differ in case. */
function checkHeaderNames(document: ContractDocument, { value, pointer }: Node): Finding[] {
  const list: unknown[] = Array.isArray(value.parameters) ? value.parameters : [];
  const resolved = list.map((one) => resolve<ParameterObject>(document, Object(one)) ?? {});
  const names = resolved.flatMap((one) => (one.in === "header" ? [String(one.name)] : []));
  return resolved.flatMap((one, index): Finding[] => {
    const message = one.in === "header" ? twiceProblem(names, String(one.name)) : undefined;
    return message === undefined ? [] : [{ pointer: [...pointer, "parameters", index], rule: RULE, message }];
  });
}

type Problem = [member: string | undefined, message: string];

/** The member with the first problem of a parameter, and the message. */
function problemOf(document: ContractDocument, { value }: Node): Problem | undefined {
  const { name, in: place, schema } = value;
  if (name === "") return ["name", "A parameter needs a name. Write it as it is sent."];
  if (String(name) in {}) return ["name", `'${name}' is a member of every object in JavaScript. Choose another name.`];
  if (place === "cookie") return ["in", "Cookie parameters are not supported. Use a header, or a security scheme."];
  return (
    (place === "path" && pathProblem(value)) ||
    (place === "header" && headerProblem(value)) ||
    formProblem(value) ||
    atSchema(schemaProblem(document, String(place), schema))
  );
}

function atSchema(message: string | undefined): Problem | undefined {
  return message === undefined ? undefined : ["schema", message];
}

function pathProblem({ name, required }: Node["value"]): Problem | undefined {
  if (required === true) return undefined;
  const member = required === undefined ? undefined : "required";
  return [member, `The path parameter '${name}' is always present. Write 'required: true'.`];
}

function headerProblem({ name }: Node["value"]): Problem | undefined {
  const elsewhere = DESCRIBED_ELSEWHERE[String(name).toLowerCase()];
  if (elsewhere !== undefined) return ["name", `OpenAPI ignores the header parameter '${name}'. Write ${elsewhere}.`];
  const message = headerNameProblem(String(name));
  return message === undefined ? undefined : ["name", message];
}

/** A client sends an API key because of the security scheme only. */
function keyProblem(keys: ReadonlySet<string>, { value: { name, in: place } }: Node): Problem | undefined {
  if (place !== "header" || !keys.has(String(name).toLowerCase())) return undefined;
  return ["name", `The header '${name}' is an API key. Remove the parameter: the security scheme describes it.`];
}

/** How the value is written in the request. */
function formProblem({ name, in: place, style, content, allowEmptyValue }: Node["value"]): Problem | undefined {
  if (content !== undefined) return ["content", "A parameter with 'content' is not supported. Write a 'schema'."];
  const supported = STYLES[String(place)];
  if (supported !== undefined && style !== undefined && style !== supported) {
    const remedy =
      style === "deepObject" ? `Write a parameter for each property, such as '${name}[id]'` : `Write '${supported}'`;
    return ["style", `The style '${style}' is not supported in ${place}. ${remedy}.`];
  }
  if (allowEmptyValue !== true) return undefined;
  return ["allowEmptyValue", "'allowEmptyValue' is not supported. Describe the empty text in the schema."];
}
