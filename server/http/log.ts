import { writeSync } from "node:fs";
import { clearTimeout, setTimeout } from "node:timers";
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
/** Bytes that may wait for the reader of a full pipe; further lines are lost. */
const MAX_WAITING_BYTES = 1_048_576;
const NEWLINE = 0x0a;

export interface LogOutput extends DestinationStream {
  /** Number of lines that could not be written. */
  lost(): number;
}

/**
 * Standard output: unbuffered on a terminal, else buffered and flushed at exit. Lines that can't be written, because the
 * disk is full or nothing reads the pipe, are lost and counted, and later lines are written again. Pino's own destination
 * would repeat such a write without end when the process exits.
 */
export function standardOutput(): LogOutput {
  // `process.stdout` makes a pipe non-blocking: if it is full, a write fails with EAGAIN, and the process does not stop.
  const { isTTY, fd } = process.stdout;
  const waiting = createLineQueue();
  let lost = 0;
  let timer: NodeJS.Timeout | undefined;
  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    try {
      waiting.writeTo(fd);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") lost += waiting.clear();
    }
    if (waiting.size() > 0) timer = setTimeout(flush, FLUSH_MS).unref();
  };
  process.once("exit", flush);
  return {
    lost: () => lost,
    write(line) {
      if (waiting.size() > MAX_WAITING_BYTES) {
        lost += 1;
        return;
      }
      waiting.add(line);
      timer ??= setTimeout(flush, FLUSH_MS).unref();
      if (isTTY || waiting.size() >= FLUSH_BYTES) flush();
    },
  };
}

/** Lines that are not written yet. They follow a block that may be written in part. */
function createLineQueue() {
  let lines: string[] = [];
  let characters = 0;
  let block = Buffer.alloc(0);
  let isCut = false;
  const size = () => block.length + characters;
  return {
    /** About their number of bytes. */
    size,
    add(line: string) {
      lines.push(line);
      characters += line.length;
    },
    /** @throws the error of a write; the lines that are not written stay. */
    writeTo(fd: number) {
      while (size() > 0) {
        if (block.length === 0) [block, lines, characters] = [Buffer.from(lines.join("")), [], 0];
        const written = writeSync(fd, block);
        isCut = block[written - 1] !== NEWLINE;
        block = block.subarray(written);
      }
    },
    /**
     * Removes the lines and returns their number. The rest of a line that is written in part stays, so that the next line starts
     * on its own.
     */
    clear(): number {
      const kept = isCut ? block.indexOf(NEWLINE) + 1 : 0;
      const removed = block.subarray(kept).filter((byte) => byte === NEWLINE).length + lines.length;
      [block, lines, characters] = [block.subarray(0, kept), [], 0];
      return removed;
    },
  };
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
