import type { ContractDocument } from "../../../server/contract/document.ts";
import { type Operation, readOperations, readSecuritySchemes } from "../../../server/contract/operations.ts";
import { camelCase } from "./names.ts";

/** Part of operations.ts. */
export const ALTERNATIVE_TYPE = `/** Credentials that are required together. One without members needs no credentials. */
export interface Alternative {
  /** The scheme of the header Authorization. */
  http?: "bearer" | "basic";
  /** Headers with API keys, by the names of the keys in the credentials. */
  keys?: Readonly<Record<string, string>>;
}
`;

interface Alternative {
  http?: "bearer" | "basic";
  keys?: Record<string, string>;
}

/** Names of other members of the credentials. */
const RESERVED = ["type", "token", "username", "password"];

/** The alternatives of an operation that one request can meet: it has one header Authorization. */
export function alternativesOf(document: ContractDocument, { security, permissions }: Operation): Alternative[] {
  const schemes = readSecuritySchemes(document);
  // Without credentials there is no permission.
  const usable = security.map(Object.keys).filter((names) => permissions.length === 0 || names.length > 0);
  return usable.flatMap((names) => {
    const http = names.flatMap((name) => (schemes[name]?.type === "http" ? [schemes[name].scheme] : []));
    const keys = names.flatMap((name) => {
      const scheme = schemes[name];
      return scheme?.type === "apiKey" ? [[keyName(schemes, name), scheme.name]] : [];
    });
    const [scheme, ...others] = new Set(http);
    if (others.length > 0) return [];
    return [{ ...(scheme && { http: scheme }), ...(keys.length > 0 && { keys: Object.fromEntries(keys) }) }];
  });
}

/** `ApplicationToken` → `applicationToken`; distinct from the other names in the credentials. */
function keyName(schemes: object, name: string): string {
  const own = camelCase(name) || "key";
  const word = RESERVED.includes(own) ? `${own}Key` : own;
  const earlier = Object.keys(schemes).slice(0, Object.keys(schemes).indexOf(name));
  return word + "_".repeat(earlier.filter((other) => camelCase(other) === own).length);
}

/** The types of the credentials that the operations need, and of the option of the client. */
export function credentialTypes(document: ContractDocument): string {
  const operations = readOperations(document);
  const needed = operations.flatMap((operation) => alternativesOf(document, operation));
  const isOptional = needed.some(isNone) || operations.some(({ security }) => security.length === 0);
  const forms = new Set(needed.flatMap((one) => (isNone(one) ? [] : [formOf(one, needed)])));
  return `/** The forms of credentials that the operations need, by what a secret can be. */
export type CredentialForms<Secret> =${Array.from(forms, (form) => `\n  | ${form}`).join("") || " Extract<Secret, never>"};

/** The option of the client; optional if an operation needs no credentials. */
export interface CredentialsOption<Secret> {
  credentials${isOptional ? "?" : ""}: CredentialForms<Secret>;
}
`;
}

function isNone({ http, keys }: Alternative): boolean {
  return !http && !keys;
}

/** One alternative, and as optional members the keys of others that can be met in addition. */
function formOf({ http, keys = {} }: Alternative, all: readonly Alternative[]): string {
  const compatible = all.filter((other) => other.http === http || !other.http);
  const optional = new Set(compatible.flatMap((other) => Object.keys(other.keys ?? {})));
  const members = [
    `type: "${http ?? "apiKey"}"`,
    ...(http === "bearer" ? ["token: Secret"] : []),
    ...(http === "basic" ? ["username: string", "password: Secret"] : []),
    ...Object.keys(keys).map((name) => `${JSON.stringify(name)}: Secret`),
    ...Array.from(optional).flatMap((name) => (Object.hasOwn(keys, name) ? [] : [`${JSON.stringify(name)}?: Secret`])),
  ];
  return `{ ${members.join("; ")} }`;
}

/** Headers with API keys, of all operations. */
export function apiKeyHeaders(document: ContractDocument): string[] {
  const schemes = Object.values(readSecuritySchemes(document));
  return [...new Set(schemes.flatMap((scheme) => (scheme.type === "apiKey" ? [scheme.name] : [])))];
}
