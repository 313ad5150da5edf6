import { performance } from "node:perf_hooks";
import { clearInterval, clearTimeout, setInterval, setTimeout } from "node:timers";
import type { GenericFormatter } from "cli-progress";

/** Reports the current step and its completed share, from 0 to 1. */
export type ReportProgress = (step: "checking" | "loading", share: number) => void;

export interface ProgressOptions {
  /** Milliseconds from the first report until something is shown. */
  afterMs?: number;
  /** Milliseconds between two log lines where the output is not a terminal. */
  logEveryMs?: number;
  /** Object of the step. Default: the directory. */
  subject?: string;
}

/** `left`: estimated seconds until the end of the step; absent at its start. */
export interface ProgressState {
  step: string;
  percent: number;
  left?: number;
}

type CliProgress = typeof import("cli-progress");

interface View {
  setShare(share: number): void;
  stop(): void;
}

/** Shows the progress of long work until it is stopped: a bar on a terminal, elsewhere log lines. */
export function createProgress(
  output: NodeJS.WritableStream & { isTTY?: boolean },
  log: (state: ProgressState) => void,
  { afterMs = 2_000, logEveryMs = 5_000, subject = "the directory" }: ProgressOptions = {},
): { report: ReportProgress; stop(): void } {
  let [step, since, share] = ["", 0, 0];
  let timer: NodeJS.Timeout | undefined;
  let view: View | undefined;
  let isStopped = false;
  const state = () => progressState(step, share, performance.now() - since);
  const show = async () => {
    // Imported here, because most starts show nothing.
    const library = output.isTTY ? (await import("cli-progress")).default : undefined;
    if (isStopped) return;
    const text = () => progressText(state(), subject);
    view = library ? startBar(library, output, text) : startLog(logEveryMs, () => log(state()));
  };
  return {
    report(newStep, newShare) {
      if (newStep !== step) [step, since] = [newStep, performance.now()];
      share = newShare;
      timer ??= setTimeout(show, afterMs);
      view?.setShare(share);
    },
    stop() {
      isStopped = true;
      clearTimeout(timer);
      view?.stop();
    },
  };
}

function startLog(everyMs: number, write: () => void): View {
  write();
  const timer = setInterval(write, everyMs);
  return { setShare() {}, stop: () => clearInterval(timer) };
}

/** No colours, so NO_COLOR has nothing to change. A line that is too long for the terminal is cut. */
function startBar({ Format, MultiBar }: CliProgress, stream: NodeJS.WritableStream, text: () => string): View {
  const format: GenericFormatter = (options, { progress }) => `[${Format.BarFormat(progress, options)}] ${text()}`;
  // A MultiBar, because a SingleBar saves the cursor's position, which is wrong after other output. `linewrap` cuts the
  // line instead of changing the terminal's mode.
  const bars = new MultiBar({
    ...{ stream, format, barCompleteChar: "#", barsize: 24 },
    ...{ clearOnComplete: true, fps: 5, linewrap: true },
  });
  const bar = bars.create(1, 0);
  bars.update();
  return { setShare: (share) => bar.update(share), stop: () => bars.stop() };
}

function progressState(step: string, share: number, ms: number): ProgressState {
  const left = share > 0 ? { left: Math.ceil(((ms / share) * (1 - share)) / 1_000) } : {};
  return { step, percent: Math.floor(share * 100), ...left };
}

export function progressText({ step, percent, left }: ProgressState, subject: string): string {
  return `${step} ${subject}: ${percent} %${left === undefined ? "" : `, ${left} s left`}`;
}
