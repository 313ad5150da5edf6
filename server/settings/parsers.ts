import { isNetwork, type TrustedProxies } from "../auth/client-address.ts";
import { ConfigurationError } from "../configuration-error.ts";
import { isPostgresUrl, isSqlitePath } from "../store/open-store.ts";
import { NONE } from "./flags.ts";

/** A setting whose value is checked: the flag or variable that gives it, and its text. */
export interface Value {
  source: string;
  text: string;
}

/** Maximum of the body limit and the user limit, because the server keeps whole bodies and users in memory. */
const MAX_BYTES = 104_857_600;

export function readPort({ source, text }: Value, alternative = ""): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new ConfigurationError(`${source} takes a number from 0 to 65535${alternative}, not '${text}'.`);
}

export function readBytes({ source, text }: Value): number {
  const [, digits, unit = "b"] = /^(\d{1,9})(b|kb|mb)?$/i.exec(text) ?? [];
  const bytes = Number(digits) * { b: 1, kb: 1_024, mb: 1_048_576 }[unit.toLowerCase() as "b" | "kb" | "mb"];
  if (bytes > 0 && bytes <= MAX_BYTES) return bytes;
  throw new ConfigurationError(`${source} takes a size such as 262144, 256kb or 1mb, at most 100mb, not '${text}'.`);
}

export function readCount({ source, text }: Value): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new ConfigurationError(`${source} takes a whole number from 1 to 999999, not '${text}'.`);
}

export function readOneOf<T extends string>({ source, text }: Value, choices: readonly T[]): T {
  const choice = choices.find((one) => one === text);
  if (choice !== undefined) return choice;
  throw new ConfigurationError(`${source} takes one of ${choices.join(", ")}, not '${text}'.`);
}

export function readProxies({ source, text }: Value): TrustedProxies | undefined {
  if (text === NONE) return undefined;
  if (/^[1-9]\d?$/.test(text)) return Number(text);
  const networks = text.split(",").map((network) => network.trim());
  if (networks.every(isNetwork)) return networks;
  throw new ConfigurationError(
    `${source} takes a number of proxies from 1 to 99, or addresses and networks such as 10.0.0.0/8,fd00::1, not '${text}'.`,
  );
}

/** An origin as browsers send it: scheme, host and port. */
export function readOrigin({ source, text }: Value): string | undefined {
  if (text === NONE) return undefined;
  if (URL.canParse(text) && new URL(text).origin === text) return text;
  throw new ConfigurationError(`${source} takes an origin such as https://portal.example, without a path.`);
}

/** A file or a URL of PostgreSQL. Messages do not repeat the value, because it may contain a password. */
export function readDatabase({ source, text }: Value): string {
  if (!isPostgresUrl(text) && !isSqlitePath(text))
    throw new ConfigurationError(
      `${source} takes a SQLite file, :memory:, or postgres://…, not another URL or connection string. Write the name of a file that has one of = @ : ; ? with its folder: ./NAME.`,
    );
  if (source.startsWith("--") && isPostgresUrl(text) && hasPassword(text))
    throw new ConfigurationError(
      "Give the password in NEXUS_SYNC_DATABASE_PASSWORD, not in --database: secrets are never flags.",
    );
  return text;
}

/** In a URL that an unencoded password makes invalid, any text between ":" and "@" counts as a password. */
function hasPassword(text: string): boolean {
  if (!URL.canParse(text)) return /:\/\/.*:.*@/.test(text) || /[?&]password=/.test(text);
  const { password, searchParams } = new URL(text);
  return password !== "" || searchParams.has("password");
}
