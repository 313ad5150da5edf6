import cliProgress from "cli-progress";

/** Where progress is shown: a bar on a terminal, lines at an interval on any other stream. */
export type ProgressOutput = NodeJS.WritableStream & { isTTY?: boolean };

export interface Progress {
  /** Items of this run. */
  done: number;
  failed: number;
}

export interface ProgressOptions {
  output: ProgressOutput;
  /** Items of the input. */
  total: number;
  /** Items finished by earlier runs. */
  before: number;
  /** Milliseconds between two lines. */
  lineEveryMs: number;
}

/** Characters, on a terminal that is wide enough. */
const BAR = { most: 24, least: 4 };

/** Shows the progress until it is stopped. */
export function startProgress({ output, total, before, lineEveryMs }: ProgressOptions) {
  const start = performance.now();
  let now: Progress = { done: 0, failed: 0 };
  const text = () => progressText(now, { total, before, seconds: (performance.now() - start) / 1_000 });
  const { isTTY } = output;
  const view = isTTY ? startBar({ output, total, before, text }) : startLines(output, lineEveryMs, text);
  return {
    ...view,
    update(progress: Progress): void {
      now = { ...progress };
      view.setFinished(before + now.done);
    },
  };
}

function startLines(output: ProgressOutput, everyMs: number, text: () => string) {
  const log = (line: string) => void output.write(`${line}\n`);
  const timer = setInterval(() => log(text()), everyMs);
  return { log, setFinished() {}, stop: () => clearInterval(timer) };
}

interface BarOptions extends Pick<ProgressOptions, "output" | "total" | "before"> {
  text: () => string;
}

/** No colours, so NO_COLOR has nothing to change. A line that is too long for the terminal is cut. */
function startBar({ output, total, before, text }: BarOptions) {
  const { Format, MultiBar } = cliProgress;
  const format: cliProgress.GenericFormatter = (options, { progress, maxWidth = 80 }) => {
    const words = text();
    // Besides the bar: brackets, a space, and the last column, in which some terminals wrap.
    const barsize = Math.max(BAR.least, Math.min(BAR.most, maxWidth - words.length - 4));
    return `[${Format.BarFormat(progress, { ...options, barsize })}] ${words}`;
  };
  // A MultiBar, because it can print a line above its bar. It clears the bar for that, so each drawing is forced.
  const bars = new MultiBar({
    stream: output,
    format,
    barCompleteChar: "#",
    clearOnComplete: true,
    forceRedraw: true,
    fps: 5,
    // Cuts the line at the terminal's width instead of changing the terminal's mode.
    linewrap: true,
  });
  const bar = bars.create(total, before);
  return {
    log(line: string): void {
      bars.log(`${line}\n`);
      bars.update();
    },
    setFinished: (finished: number) => bar.update(finished),
    stop: () => bars.stop(),
  };
}

function progressText({ done, failed }: Progress, scope: { total: number; before: number; seconds: number }): string {
  const { total, before, seconds } = scope;
  const finished = before + done;
  const percent = total === 0 ? 100 : Math.floor((finished / total) * 100);
  const parts = [`${percent} %`, `${formatCount(finished)}/${formatCount(total)} done`];
  parts.push(`${formatCount(failed)} failed`, `${formatRate(done, seconds)}/s`);
  if (done > 0) parts.push(`${formatDuration(((total - finished) / done) * seconds)} left`);
  return parts.join(", ");
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
