import { createHmac, createSecretKey, randomBytes } from "node:crypto";
import pino, { type Logger } from "pino";

export interface LogOptions {
  level: string;
  /** Readable lines for a terminal instead of JSON. */
  isPretty: boolean;
  write: (text: string) => void;
}

/** Members of errors that are never logged: a library's error may contain the request. */
const REDACTED = ["headers", "body", "config", "request", "response"].map((name) => `err.${name}`);

/** Logs one JSON line per event, or one readable line. */
export function createLog({ level, isPretty, write }: LogOptions): Logger {
  const options = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime, redact: REDACTED };
  return pino(options, { write: isPretty ? (line: string) => write(pretty(line)) : write });
}

/** Cached hashes at most; ids longer than `MAX_CACHED_ID` characters are not cached. */
const MAX_CACHED = 1_000;
const MAX_CACHED_ID = 256;

/** Returns a function that hashes user ids with a key: log lines of one user can be correlated without naming the user. */
export function userIdHash(key: string | Buffer = randomBytes(32)): (userId: string) => string {
  const secret = createSecretKey(Buffer.from(key));
  const cached = new Map<string, string>();
  return (userId) => {
    const known = cached.get(userId);
    if (known !== undefined) return known;
    const hash = createHmac("sha256", secret).update(userId).digest("base64url").slice(0, 16);
    if (cached.size >= MAX_CACHED) cached.clear();
    if (userId.length <= MAX_CACHED_ID) cached.set(userId, hash);
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
