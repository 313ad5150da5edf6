/** Where progress is shown: a bar on a terminal, lines at an interval on any other stream. */
export interface ProgressOutput {
  isTTY?: boolean;
  write(text: string): unknown;
}

export interface Progress {
  /** Items of this run. */
  done: number;
  failed: number;
  /** Bytes of the input read so far. */
  bytes: number;
  /** Bytes of the input. */
  size: number;
}

const BAR_EVERY_MS = 200;
const BAR_WIDTH = 24;

/** Shows the progress until it is stopped. */
export function startProgress(output: ProgressOutput, read: () => Progress, lineEveryMs: number) {
  const start = performance.now();
  let first: Progress | undefined;
  const show = () => {
    const now = read();
    // Items of earlier runs are skipped quickly, so they must not affect the estimate of the time left.
    if (now.done > 0) first ??= now;
    const seconds = (performance.now() - start) / 1_000;
    const text = progressText(now, seconds, first?.bytes ?? now.bytes);
    output.write(output.isTTY ? `\r${bar(now)} ${text}\u001b[K` : `${text}\n`);
  };
  const timer = setInterval(show, output.isTTY ? BAR_EVERY_MS : lineEveryMs);
  return {
    stop(): void {
      clearInterval(timer);
      if (output.isTTY) output.write("\r\u001b[K");
    },
  };
}

function progressText({ done, failed, bytes, size }: Progress, seconds: number, firstBytes: number): string {
  const percent = size === 0 ? 100 : Math.floor((bytes / size) * 100);
  const parts = [`${percent} %`, `${formatCount(done)} done`, `${formatCount(failed)} failed`];
  parts.push(`${formatRate(done, seconds)}/s`);
  if (bytes > firstBytes) {
    parts.push(`${formatDuration(((size - bytes) / (bytes - firstBytes)) * seconds)} left`);
  }
  return parts.join(", ");
}

function bar({ bytes, size }: Progress): string {
  const full = size === 0 ? BAR_WIDTH : Math.round((bytes / size) * BAR_WIDTH);
  return `[${"#".repeat(full)}${"-".repeat(BAR_WIDTH - full)}]`;
}

export function formatRate(count: number, seconds: number): string {
  return formatCount(Math.round(count / Math.max(seconds, 0.001)));
}

export function formatCount(count: number): string {
  return count.toLocaleString("en-US");
}

/** "1 h 2 min", "3 min 4 s", "5.6 s". */
export function formatDuration(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor((seconds % 3_600) / 60)];
  return hours > 0 ? `${hours} h ${minutes} min` : `${minutes} min ${Math.floor(seconds % 60)} s`;
}
