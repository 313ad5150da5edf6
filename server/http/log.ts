import pino, { type DestinationStream, type Logger } from "pino";

export interface LogOptions {
  level: string;
  /** Readable lines for a terminal instead of JSON. */
  isPretty: boolean;
  output: DestinationStream;
}

/** Milliseconds and bytes after which buffered log lines are written; a killed process loses buffered lines. */
const FLUSH_MS = 100;
const FLUSH_BYTES = 8_192;

/** Standard output: unbuffered on a terminal, else buffered and flushed at exit. */
export function standardOutput(): DestinationStream {
  if (process.stdout.isTTY) return process.stdout;
  return pino.destination({ dest: 1, sync: false, minLength: FLUSH_BYTES, periodicFlush: FLUSH_MS });
}

/** Members of errors that are never logged, because an error of a library may contain the request. */
const REDACTED = ["headers", "body", "config", "request", "response"].map((name) => `err.${name}`);

/** Logs one JSON line per event, or one readable line. */
export function createLog({ level, isPretty, output }: LogOptions): Logger {
  const options = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime, redact: REDACTED };
  return pino(options, isPretty ? { write: (line: string) => output.write(pretty(line)) } : output);
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
