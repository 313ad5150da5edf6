import { performance } from "node:perf_hooks";
/** Reports the current step and its completed share, from 0 to 1. */
export type ReportProgress = (step: "checking" | "loading", share: number) => void;

const WIDTH = 30;
/** Milliseconds before the first drawing and between two drawings. */
const INTERVAL_MS = 200;

/** A progress bar on the terminal's current line, with the estimated time left. */
export function createProgressBar(write: (text: string) => void): { report: ReportProgress; clear(): void } {
  let current: string | undefined;
  let since = 0;
  let drawn = performance.now();
  let isShown = false;

  const report: ReportProgress = (step, share) => {
    const now = performance.now();
    if (step !== current) [current, since] = [step, now];
    if (now - drawn < INTERVAL_MS) return;
    drawn = now;
    isShown = true;
    const bar = "#".repeat(Math.round(share * WIDTH)).padEnd(WIDTH, "-");
    const left = share > 0 ? `${Math.ceil(((now - since) / share) * (1 - share) * 1e-3)} s left` : "";
    write(`\r\u001b[K${step} the directory [${bar}] ${Math.floor(share * 100)} % ${left}`);
  };
  return {
    report,
    clear() {
      if (isShown) write("\r\u001b[K");
      isShown = false;
    },
  };
}
