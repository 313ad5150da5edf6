/** Where progress is shown: a terminal takes a bar, anything else a line now and then. */
export interface Screen {
  isTTY?: boolean;
  write(text: string): unknown;
}

export interface Reading {
  /** Items of this run. */
  done: number;
  failed: number;
  /** Bytes of the input read so far, and in all. */
  bytes: number;
  size: number;
}

/** Milliseconds. */
const BAR_EVERY_MS = 200;
const WIDTH = 24;

/** Shows `read` on the screen until it is ended. */
export function startMeter(screen: Screen, read: () => Reading, lineEveryMs: number) {
  const start = performance.now();
  let first: Reading | undefined;
  const show = () => {
    const now = read();
    // What an earlier run did is read at once: it must not count for the time left.
    if (now.done > 0) first ??= now;
    const seconds = (performance.now() - start) / 1_000;
    const text = progressText(now, seconds, first?.bytes ?? now.bytes);
    screen.write(screen.isTTY ? `\r${bar(now)} ${text}\u001b[K` : `${text}\n`);
  };
  const timer = setInterval(show, screen.isTTY ? BAR_EVERY_MS : lineEveryMs);
  return {
    end(): void {
      clearInterval(timer);
      if (screen.isTTY) screen.write("\r\u001b[K");
    },
  };
}

function progressText({ done, failed, bytes, size }: Reading, seconds: number, firstBytes: number): string {
  const share = size === 0 ? 100 : Math.floor((bytes / size) * 100);
  const left = bytes > firstBytes ? ((size - bytes) / (bytes - firstBytes)) * seconds : undefined;
  const parts = [`${share} %`, `${grouped(done)} done`, `${grouped(failed)} failed`, `${rate(done, seconds)}/s`];
  return [...parts, ...(left === undefined ? [] : [`${duration(left)} left`])].join(", ");
}

function bar({ bytes, size }: Reading): string {
  const full = size === 0 ? WIDTH : Math.round((bytes / size) * WIDTH);
  return `[${"#".repeat(full)}${"-".repeat(WIDTH - full)}]`;
}

export function rate(count: number, seconds: number): string {
  return grouped(Math.round(count / Math.max(seconds, 0.001)));
}

export function grouped(count: number): string {
  return count.toLocaleString("en-US");
}

/** "1 h 2 min", "3 min 4 s", "5.6 s". */
export function duration(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor((seconds % 3_600) / 60)];
  return hours > 0 ? `${hours} h ${minutes} min` : `${minutes} min ${Math.floor(seconds % 60)} s`;
}
