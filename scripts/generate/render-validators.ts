import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import standalone from "ajv/dist/standalone/index.js";
import type { ContractDocument } from "../../server/contract/document.ts";
import { contractAjv, schemaReference } from "./contract-ajv.ts";

const { resolve } = createRequire(import.meta.url);

/** One precompiled validator per component schema, as an ES module without imports. */
export function renderValidators(document: ContractDocument): string {
  const names = Object.keys(document.components.schemas);
  const ajv = contractAjv(document.components.schemas);
  const code = standalone.default(ajv, Object.fromEntries(names.map((name) => [name, schemaReference(name)])));
  return inlineRequires(code);
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
        const body = replace(moduleText(id));
        modules.push(
          `const ${name} = ((exports) => {\nconst module = { exports };\n${body}\nreturn module.exports;\n})({});\n`,
        );
      }
      return name;
    });
  const body = replace(code);
  return [...modules, body].join("");
}

/** Read once a process; `--watch` renders at each save. */
const MODULE_TEXTS = new Map<string, string>();

function moduleText(id: string): string {
  const text = MODULE_TEXTS.get(id) ?? readFileSync(resolve(id), "utf8").replace(/^\/\/# sourceMappingURL=.*$/m, "");
  MODULE_TEXTS.set(id, text);
  return text;
}
