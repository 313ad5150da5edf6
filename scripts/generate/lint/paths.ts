import type { ContractDocument } from "../../../server/contract/document.ts";
import { HEALTH_PATHS } from "../../../server/http/health.ts";
import type { Finding } from "../diagnostic.ts";

/** The names in path templates that Redocly reads. */
export const PARAMETER_NAME = /^[\w.-]+$/;

/** Path templates are compared with the path as it is sent: the characters of RFC 3986 section 3.3, percent-encoded. */
export function checkPaths({ paths }: ContractDocument): Finding[] {
  return Object.keys(paths).flatMap((path): Finding[] => {
    const message = path.startsWith("/") ? problemOf(path) : undefined;
    return message === undefined ? [] : [{ pointer: ["paths", path], at: "key", rule: "path", message }];
  });
}

function problemOf(path: string): string | undefined {
  const unreachable = unreachableProblem(path);
  if (unreachable !== undefined) return unreachable;
  const literals = path.replaceAll(/\{[^}]*\}/g, "");
  if (/[?#]/.test(literals)) return "A path has no query and no fragment. Declare query parameters of the operation.";
  if (/%(?![0-9A-Fa-f]{2})/.test(literals)) return "'%' must be followed by two digits in a path. Write '%25'.";
  const [invalid] = /[^\w\-.~!$&'()*+,;=:@%/]/u.exec(literals) ?? [];
  if (invalid !== undefined) return `'${invalid}' is not allowed in a path. Write '${encodeURIComponent(invalid)}'.`;
  const [adjacent] = /\{[^}]*\}(?=\{)/.exec(path) ?? [];
  if (adjacent !== undefined) return `Nothing separates '${adjacent}' from the next parameter. Write '/' in between.`;
  const names = Array.from(path.matchAll(/\{([^}]*)\}/g), ([, name = ""]) => name);
  const unreadable = names.find((name) => !PARAMETER_NAME.test(name));
  if (unreadable !== undefined) {
    return `The name of the parameter '{${unreadable}}' must consist of ASCII letters, digits, '_', '.' and '-'. Rename it.`;
  }
  const twice = names.find((name, index) => names.indexOf(name) < index);
  return twice === undefined ? undefined : `The path has the parameter '{${twice}}' twice. Rename one.`;
}

function unreachableProblem(path: string): string | undefined {
  if (HEALTH_PATHS.includes(path)) return `'${path}' is a path of the server itself. Choose another one.`;
  const [dots] = /(?<=\/)(\.|%2e){1,2}(?=\/|$)/i.exec(path) ?? [];
  return dots === undefined ? undefined : `Clients remove the segment '${dots}' of a path. Write the path without it.`;
}
