import { isPostgresUrl } from "./store/open-store.ts";

/** A flag or variable that can't be used; the message says which and why. */
export class SettingRefused extends Error {
  override readonly name = "SettingRefused";
}

/** A body is held in memory as a whole. */
const MOST_BYTES = 104_857_600;

export function readPort(name: string, text: string): number {
  if (isPort(text)) return Number(text);
  throw new SettingRefused(`--${name} takes a number from 0 to 65535, not '${text}'.`);
}

export function readOptionalPort(name: string, text: string): number | "none" {
  if (text === "none") return text;
  if (isPort(text)) return Number(text);
  throw new SettingRefused(`--${name} takes a number from 0 to 65535, or none, not '${text}'.`);
}

function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) <= 65_535;
}

export function readBytes(name: string, text: string): number {
  const [, digits, unit = "b"] = /^(\d{1,9})(b|kb|mb)?$/i.exec(text) ?? [];
  const bytes = Number(digits) * { b: 1, kb: 1_024, mb: 1_048_576 }[unit.toLowerCase() as "b" | "kb" | "mb"];
  if (bytes > 0 && bytes <= MOST_BYTES) return bytes;
  throw new SettingRefused(`--${name} takes a size such as 262144, 256kb or 1mb, at most 100mb, not '${text}'.`);
}

export function readCount(name: string, text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new SettingRefused(`--${name} takes a whole number from 1 to 999999, not '${text}'.`);
}

export function readOneOf<T extends string>(name: string, text: string, choices: readonly T[]): T {
  const choice = choices.find((one) => one === text);
  if (choice !== undefined) return choice;
  throw new SettingRefused(`--${name} takes one of ${choices.join(", ")}, not '${text}'.`);
}

/** As browsers send it: scheme, host and port, and nothing after them. */
export function readOrigin(name: string, text: string | undefined): string | undefined {
  if (text === undefined || (URL.canParse(text) && new URL(text).origin === text)) return text;
  throw new SettingRefused(`--${name} takes an origin such as https://portal.example, not '${text}'.`);
}

/** A file, or a URL of PostgreSQL. What is refused is not repeated, for a password may stand in it. */
export function readDatabase(text: string, { isFlag }: { isFlag: boolean }): string {
  if (/^[a-z][a-z\d+.-]*:\/\//i.test(text) && !isPostgresUrl(text))
    throw new SettingRefused("--database takes a SQLite file, :memory:, or postgres://…, not another kind of URL.");
  if (isFlag && isPostgresUrl(text) && hasPassword(text))
    throw new SettingRefused(
      "Give the password in NEXUS_SYNC_DATABASE_PASSWORD, not in --database: no secret is a flag.",
    );
  return text;
}

/** A password that is not encoded as it should be makes it no URL: whatever stands between ":" and "@" is taken for one. */
function hasPassword(text: string): boolean {
  if (!URL.canParse(text)) return /:\/\/.*:.*@/.test(text) || /[?&]password=/.test(text);
  const { password, searchParams } = new URL(text);
  return password !== "" || searchParams.has("password");
}
