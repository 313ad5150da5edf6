import type { ContractDocument } from "../../../server/contract/document.ts";
import { docComment } from "./doc-comment.ts";

/** The sections of components that have types, and the prefix of their names. */
const PREFIXES = [
  ["schemas", ""],
  ["responses", "Response"],
  ["parameters", "Parameter"],
  ["requestBodies", "RequestBody"],
  ["headers", "Header"],
  ["pathItems", "PathItem"],
] as const;

/** Types of TypeScript that openapi-typescript uses: a type of that name in the same file would replace them. */
const USED = ["Extract", "Omit", "Record", "WithRequired"];

/** One exported type per component: `export type User = components["schemas"]["User"]`. */
export function renderRootTypes({ components = {} as ContractDocument["components"] }: ContractDocument): string {
  const taken = new Set<string>();
  const sections = PREFIXES.flatMap(([section, prefix]) =>
    Object.entries(components[section] ?? {}).map(([name, component]) => {
      const alias = freeName(`${prefix}${typeName(name, prefix)}`, taken);
      const { description } = Object(component) as { description?: string };
      return docComment([description]) + aliasText(alias, `components['${section}']['${name}']`);
    }),
  );
  return sections.join("");
}

function aliasText(alias: string, type: string): string {
  if (!USED.includes(alias)) return `export type ${alias} = ${type};\n`;
  return `type ${alias}_ = ${type};\nexport type { ${alias}_ as ${alias} };\n`;
}

/** `device-info` → `DeviceInfo`, `class` → `Class`, `2FA` → `_2FA`; a type name stays as it is. */
function typeName(name: string, prefix: string): string {
  const words = name.split(/[^A-Za-z0-9]+/).map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  const joined = /^[A-Z]\w*$/.test(name) ? name : words.join("");
  return prefix === "" && !/^[A-Z]/.test(joined) ? `_${joined}` : joined;
}

function freeName(name: string, taken: Set<string>): string {
  if (taken.has(name)) return freeName(`${name}_`, taken);
  taken.add(name);
  return name;
}
