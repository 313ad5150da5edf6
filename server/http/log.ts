import { createHmac, createSecretKey, randomBytes } from "node:crypto";
import pino, { type Logger } from "pino";

export interface LogOptions {
  level: string;
  /** Lines for people, as on a terminal, instead of JSON. */
  isPretty: boolean;
  write: (text: string) => void;
}

/** Members that an error may carry and that are never logged: a library's may hold the request. */
const REDACTED = ["headers", "body", "config", "request", "response"].map((name) => `err.${name}`);

/** One JSON line an event, or one for people. */
export function createLog({ level, isPretty, write }: LogOptions): Logger {
  const options = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime, redact: REDACTED };
  return pino(options, { write: isPretty ? (line: string) => write(pretty(line)) : write });
}

/** Hashes of users' ids kept at a time: a hook asks for few, and a backfill for each one once. */
const MOST_REMEMBERED = 1_000;

/** How a user's id is logged: as a keyed hash, so that lines of one user can be found together and the user can't. */
export function userIdHash(key: string | Buffer = randomBytes(32)): (userId: string) => string {
  const secret = createSecretKey(Buffer.from(key));
  const remembered = new Map<string, string>();
  return (userId) => {
    const known = remembered.get(userId);
    if (known !== undefined) return known;
    const hash = createHmac("sha256", secret).update(userId).digest("base64url").slice(0, 16);
    if (remembered.size >= MOST_REMEMBERED) remembered.clear();
    remembered.set(userId, hash);
    return hash;
  };
}

const LEVELS = new Map([
  [10, "trace"],
  [20, "debug"],
  [30, "info"],
  [40, "warn"],
  [50, "error"],
  [60, "fatal"],
]);

function pretty(line: string): string {
  const { time, level, msg, status, method, route, ms, err, ...rest } = JSON.parse(line);
  const clock = String(time).slice(11, 23);
  const head = [clock, LEVELS.get(level) ?? level, method, route, status, msg].filter((part) => part !== undefined);
  const facts = Object.entries(rest).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  const took = ms === undefined ? [] : [`${ms} ms`];
  return `${[...head, ...took, ...facts].join(" ")}\n${err?.stack ? `${err.stack}\n` : ""}`;
}
