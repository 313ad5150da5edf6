import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Ajv2020 } from "ajv/dist/2020.js";
import standalone from "ajv/dist/standalone/index.js";
import { type ContractDocument, referencePointer, valueAt } from "../../server/contract/document.ts";
import { type BodySchema, bodiesOf } from "./client/bodies.ts";
import { schemaReference } from "./contract-ajv.ts";

const { resolve } = createRequire(import.meta.url);

/** validators.js: one precompiled validator per component schema and inline body, as an ES module without imports. */
export function renderValidators(document: ContractDocument, ajv: Ajv2020): string {
  const names = schemaNames(document);
  const references = names.map((name) => schemaReference(["components", "schemas", name]));
  const shared = new Map<string, string>();
  /** The variable of a validator; bodies with the same schema share one. */
  const variableOf = ({ place, direction }: BodySchema): string => {
    // There are no schemas of a direction if nothing is `readOnly` or `writeOnly`.
    const isDirected = ajv.getSchema(schemaReference(place, direction)) !== undefined;
    const own = isDirected ? schemaReference(place, direction) : schemaReference(aliasOf(document, place));
    const key = JSON.stringify([isDirected && direction, valueAt(document, place)]);
    const reference = shared.get(key) ?? own;
    shared.set(key, reference);
    if (!references.includes(reference)) references.push(reference);
    return variable(references.indexOf(reference));
  };
  const bodies = renderBodies(document, variableOf, "");
  const named = references.map((reference, index) => [variable(index), reference]);
  const code = inlineRequires(standalone.default(ajv, Object.fromEntries(named)));
  return `${code.replaceAll(/export const (schema_\d+) = /g, "const $1 = ")}
${exportsOf(names)}export const $bodies = {${bodies}};
`;
}

/** The component to which a schema refers without other keywords, or its own place. */
function aliasOf(document: ContractDocument, place: string[]): string[] {
  const value = Object(valueAt(document, place));
  return Object.keys(value).join() === "$ref" ? aliasOf(document, referencePointer(value.$ref)) : place;
}

/** Members of `$bodies`, by the client's methods. The name is one that no component has. */
function renderBodies(document: ContractDocument, validatorOf: (body: BodySchema) => string, end: "" | "type"): string {
  return bodiesOf(document)
    .map(({ method, id, sent, requests, responses, canBeEmpty, responsesByStatus }) => {
      const request = requests.get(sent);
      const byType = (bodies: ReadonlyMap<string, BodySchema>) =>
        Array.from(bodies, ([type, body]) => `${JSON.stringify(type)}: ${validatorOf(body)}`).join(", ");
      const byStatus = Array.from(responsesByStatus, ([status, bodies]) => `"${status}": { ${byType(bodies)} }`);
      const list = responses.map(validatorOf);
      const type = [...new Set([...list, ...(canBeEmpty ? ["Validator<undefined>"] : [])])].join(" | ");
      const members = [
        `id: ${JSON.stringify(id)}`,
        ...(request ? [`request: ${validatorOf(request)}`] : []),
        `requests: { ${byType(requests)} }`,
        ...(list.length > 0 ? [`responses: ${end === "type" ? `readonly (${type})[]` : `[${list.join(", ")}]`}`] : []),
        `canBeEmpty: ${canBeEmpty}`,
        `responsesByStatus: { ${byStatus.join(", ")} }`,
      ];
      return `\n  ${JSON.stringify(method)}: { ${members.join(", ")} },`;
    })
    .join("");
}

/** validators.d.ts */
export function renderDeclarations(document: ContractDocument): string {
  const names = schemaNames(document);
  const declarations = names.map(
    (name, index) => `declare const ${variable(index)}: Validator<components["schemas"]["${name}"]>;`,
  );
  return `import type { components, operations } from "./types.ts";

/** One violation of a schema. */
export interface Violation {
  /** RFC 6901 pointer into the value. */
  instancePath: string;
  keyword: string;
  params: Record<string, unknown>;
  message?: string;
}

/** Type guard for a schema. After \`false\`, \`errors\` lists every violation of that value. */
export interface Validator<T> {
  (value: unknown): value is T;
  errors?: Violation[] | null;
}

/**
 * JSON bodies by the client's method: the request that it sends, all requests by media type, all 2xx responses, and all
 * responses by status and media type.
 */
export declare const $bodies: {${renderBodies(document, ({ type }) => `Validator<${type}>`, "type")}
};
${declarations.join("\n")}
${exportsOf(names)}`;
}

function schemaNames({ components }: ContractDocument): string[] {
  return Object.keys(components?.schemas ?? {});
}

/** Not the schema's name, which can be a reserved word, a global object or no identifier. */
function variable(index: number): string {
  return `schema_${index}`;
}

/** Every validator has the name of its schema; one that is no identifier is imported as `{ "device-info" as … }`. */
function exportsOf(names: string[]): string {
  const clauses = names.map(
    (name, index) => `  ${variable(index)} as ${/^[A-Za-z_]\w*$/.test(name) ? name : `"${name}"`},\n`,
  );
  return `export {\n${clauses.join("")}};\n`;
}

/**
 * Replaces `require("ajv/dist/runtime/…")` and `require("ajv-formats/…")` in Ajv's standalone code by the text of those
 * modules, because ES modules and browsers have no `require`. The modules are small.
 */
function inlineRequires(code: string): string {
  const modules = new Map<string, string>();
  const replace = (text: string): string =>
    text.replace(/require\("([^"]+)"\)/g, (_, id: string) => {
      const name = `inlined_${id.replace(/\W/g, "_")}`;
      if (!modules.has(name)) {
        // Set before the recursive call, because Ajv's runtime files contain a `require` of themselves.
        modules.set(name, "");
        const body = replace(moduleText(id));
        // A module comes after those that it imports.
        modules.delete(name);
        modules.set(
          name,
          `const ${name} = ((exports) => {\nconst module = { exports };\n${body}\nreturn module.exports;\n})({});\n`,
        );
      }
      return name;
    });
  const body = replace(code);
  return [...modules.values(), body].join("");
}

function moduleText(id: string): string {
  return readFileSync(resolve(id), "utf8").replace(/^\/\/# sourceMappingURL=.*$/m, "");
}
