import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import standalone from "ajv/dist/standalone/index.js";
import { contractAjv, schemaReference } from "./contract-ajv.ts";
import type { ContractDocument } from "./contract-document.ts";
import { BANNER } from "./render.ts";

const { resolve } = createRequire(import.meta.url);

/** One precompiled validator per component schema, as an ES module without imports, and its declarations. */
export function renderValidators(document: ContractDocument): { code: string; declarations: string } {
  const names = Object.keys(document.components.schemas);
  const ajv = contractAjv(document.components.schemas);
  const code = standalone.default(ajv, Object.fromEntries(names.map((name) => [name, schemaReference(name)])));
  return { code: BANNER + inlineRequires(code), declarations: BANNER + renderDeclarations(names) };
}

/**
 * Ajv's standalone code still says `require("ajv/dist/runtime/…")` and `require("ajv-formats/…")`, which neither an ES
 * module nor a browser has. Each such module is small and self-contained: its text is put in front, once.
 */
function inlineRequires(code: string): string {
  const seen = new Set<string>();
  const modules: string[] = [];
  const replace = (text: string): string =>
    text.replace(/require\("([^"]+)"\)/g, (_, id: string) => {
      const name = `inlined_${id.replace(/\W/g, "_")}`;
      // Ajv's runtime files name themselves in a string, so a module may be met again inside itself.
      if (!seen.has(name)) {
        seen.add(name);
        const source = readFileSync(resolve(id), "utf8").replace(/^\/\/# sourceMappingURL=.*$/m, "");
        const body = replace(source);
        modules.push(
          `const ${name} = ((exports) => {\nconst module = { exports };\n${body}\nreturn module.exports;\n})({});\n`,
        );
      }
      return name;
    });
  const body = replace(code);
  return [...modules, body].join("");
}

function renderDeclarations(names: string[]): string {
  return `import type { components } from "./types.ts";

/** One way in which a value breaks its schema. */
export interface Violation {
  /** RFC 6901 pointer into the value. */
  instancePath: string;
  keyword: string;
  params: Record<string, unknown>;
  message?: string;
}

/** Answers whether a value fits its schema; \`errors\` lists all violations of the last value that did not. */
export interface Validator<T> {
  (value: unknown): value is T;
  errors?: Violation[] | null;
}

${names.map((name) => `export declare const ${name}: Validator<components["schemas"]["${name}"]>;`).join("\n")}
`;
}
