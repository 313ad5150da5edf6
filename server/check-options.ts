import { ConfigurationError } from "./configuration-error.ts";
import { didYouMean, nearest } from "./nearest.ts";
import type { ServerOptions } from "./running-server.ts";

/** The values of an option: whole numbers from a minimum, a type of JavaScript, the members of an object, or a check. */
export type Rule = number | "string" | "function" | "object" | "boolean" | OptionRules | Check;

/** Returns the end of the sentence "The option NAME must be …" for a value that can't be used. */
type Check = (value: unknown) => string | undefined;

interface OptionRules {
  readonly [name: string]: Rule;
}

export const SERVER_OPTIONS = {
  ...{ port: 0, host: "string", database: "string", databasePassword: "string", databasePool: 1 },
  document: "object",
  directory: (value) => (isDirectory(value) ? undefined : "the path of a file, or an object with its content"),
  ...{ progress: "function", bodyLimit: 1, userLimit: 1, keepAliveTimeout: 0 },
  load: { inFlight: 0, delayMs: 0 },
  ...{ corsOrigin: "string", formatUserId: "function", hashKeyId: "function", log: "object" },
  ...{ lostLogLines: "function", clock: "function", access: "object", credentialsFile: "string" },
  bearer: { jwks: "object", issuer: "string", audience: "string" },
  trustProxy: (value) => (typeof value === "number" || Array.isArray(value) ? undefined : "a number or a list"),
} as const satisfies Record<keyof ServerOptions, Rule>;

/**
 * Checks names and types of options in process, because callers in JavaScript are not type-checked.
 * @throws ConfigurationError
 */
export function checkOptions(options: object, rules: OptionRules = SERVER_OPTIONS, path = ""): void {
  for (const [key, value] of Object.entries(options)) {
    const rule = Object.hasOwn(rules, key) ? rules[key] : undefined;
    if (rule === undefined) throw new ConfigurationError(unknownOption(key, Object.keys(rules), path));
    if (value !== undefined) checkValue(path + key, value, rule);
  }
}

function checkValue(name: string, value: unknown, rule: Rule): void {
  const words = broken(rule, value);
  if (words !== undefined) throw new ConfigurationError(`The option ${name} must be ${words}.`);
  // It is an object by its rule.
  if (typeof rule === "object") checkOptions(value as object, rule, `${name}.`);
}

function unknownOption(key: string, known: readonly string[], path: string): string {
  const near = nearest(key, known);
  return `There is no option '${path}${key}'.${didYouMean(near === undefined ? undefined : path + near)}`;
}

/** As in `a whole number from 1`; undefined if the value can be used. */
function broken(rule: Rule, value: unknown): string | undefined {
  if (typeof rule === "function") return rule(value);
  if (typeof rule === "number")
    return Number.isSafeInteger(value) && Number(value) >= rule ? undefined : `a whole number from ${rule}`;
  const type = typeof rule === "string" ? rule : "object";
  return typeof value === type && value !== null ? undefined : `${type === "object" ? "an" : "a"} ${type}`;
}

function isDirectory(value: unknown): boolean {
  return typeof value === "string" ? value !== "" : typeof value === "object" && value !== null;
}
