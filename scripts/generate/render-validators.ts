import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import standalone from "ajv/dist/standalone/index.js";
import type { ContractDocument } from "../../server/contract/document.ts";
import { contractAjv, schemaReference } from "./contract-ajv.ts";

const { resolve } = createRequire(import.meta.url);

/** validators.js: one precompiled validator per component schema, as an ES module without imports. */
export function renderValidators({ components: { schemas } }: ContractDocument): string {
  const references = Object.keys(schemas).map((name) => [name, schemaReference(name)]);
  return inlineRequires(standalone.default(contractAjv(schemas), Object.fromEntries(references)));
}

/** validators.d.ts */
export function renderDeclarations({ components: { schemas } }: ContractDocument): string {
  const declarations = Object.keys(schemas).map(
    (name) => `export declare const ${name}: Validator<components["schemas"]["${name}"]>;`,
  );
  return `import type { components } from "./types.ts";

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

${declarations.join("\n")}
`;
}

/**
 * Replaces `require("ajv/dist/runtime/…")` and `require("ajv-formats/…")` in Ajv's standalone code by the text of those
 * modules, because ES modules and browsers have no `require`. The modules are small and import nothing else.
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
