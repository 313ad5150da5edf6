import type { ContractDocument } from "../../../server/contract/document.ts";
import { SEMANTIC_VERSION } from "../../shared/semantic-version.ts";
import type { Finding } from "../diagnostic.ts";
import { checkDialect } from "./dialects.ts";
import { checkReferences } from "./references/references.ts";

/** Problems with which the libraries and the other rules cannot read the document. */
export function checkReadable(document: ContractDocument): Finding[] {
  const version = checkVersion(document);
  return version.length > 0 ? version : checkReferences(document);
}

function checkVersion(document: ContractDocument): Finding[] {
  const { openapi, swagger }: { openapi?: unknown; swagger?: unknown } = document;
  const rule = "openapi-3-1";
  if (/^3\.1\.\d+$/.test(String(openapi))) {
    if (document.paths) return [];
    return [{ pointer: [], rule, message: "The contract has no 'paths'. Add them: the server serves nothing else." }];
  }
  const message = (found: string) => `The contract must be OpenAPI 3.1${found}. Write 'openapi: 3.1.1'.`;
  if (openapi !== undefined) return [{ pointer: ["openapi"], rule, message: message(`, not '${openapi}'`) }];
  if (swagger !== undefined)
    return [{ pointer: ["swagger"], at: "key", rule, message: message(`, not Swagger ${swagger}`) }];
  return [{ pointer: [], rule, message: message("; the member 'openapi' is missing") }];
}

/** The members of the document itself. */
export function checkRoot(document: ContractDocument): Finding[] {
  return [...checkDialect(document), ...checkInfo(document)];
}

/** The gate for breaking changes compares versions. */
function checkInfo({ info }: ContractDocument): Finding[] {
  const { version } = Object(info);
  if (typeof version !== "string" || SEMANTIC_VERSION.test(version)) return [];
  const message = `'${version}' is no semantic version. Write major, minor and patch: '1.0.0'.`;
  return [{ pointer: ["info", "version"], rule: "info-version", message }];
}
