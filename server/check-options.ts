import { ConfigurationError } from "./configuration-error.ts";

/** Options that are whole numbers, those of a stub too, with their minimum. */
const NUMBERS = {
  ...{ port: 0, databasePool: 1, bodyLimit: 1, userLimit: 1, keepAliveTimeout: 0 },
  ...{ journalSize: 0, sessionBytes: 0 },
};
const TYPES = { host: "string", database: "string", clock: "function", corsOrigin: "string", demoSecret: "string" };

/**
 * Checks the types of options in process, because callers in JavaScript are not type-checked.
 * @throws ConfigurationError
 */
export function checkOptions(options: object): void {
  for (const [name, value] of Object.entries(options)) {
    const rule = value === undefined ? undefined : ruleBroken(name, value);
    if (rule !== undefined) throw new ConfigurationError(`The option ${name} must be ${rule}.`);
  }
}

/** As in `a whole number from 1`; undefined if the value can be used. */
function ruleBroken(name: string, value: unknown): string | undefined {
  if (name === "directory") return isDirectory(value) ? undefined : "the path of a file, or an object with its content";
  const minimum = new Map(Object.entries(NUMBERS)).get(name);
  if (minimum !== undefined)
    return Number.isSafeInteger(value) && Number(value) >= minimum ? undefined : `a whole number from ${minimum}`;
  const type = new Map(Object.entries(TYPES)).get(name);
  return type === undefined || typeof value === type ? undefined : `a ${type}`;
}

function isDirectory(value: unknown): boolean {
  return typeof value === "string" ? value !== "" : typeof value === "object" && value !== null;
}
