import { watch } from "node:fs";
import { basename, dirname } from "node:path";

const DEBOUNCE_MS = 100;

/**
 * Calls `run` once now and after each change of one of `files`, never twice at a time: a change during a run is one more run
 * after it. Watches their folders, because many editors save by replacing a file. Ends when `signal` aborts.
 */
export async function onEachChange(files: string[], run: () => Promise<void>, signal: AbortSignal): Promise<void> {
  let isWanted = true;
  let wake = () => {};
  let timer: NodeJS.Timeout | undefined;
  const want = () => {
    isWanted = true;
    wake();
  };
  const watchers = files.map((file) =>
    watch(dirname(file), (_, name) => {
      if (name !== basename(file)) return;
      clearTimeout(timer);
      timer = setTimeout(want, DEBOUNCE_MS);
    }),
  );
  signal.addEventListener("abort", () => wake(), { once: true });
  while (!signal.aborted) {
    if (isWanted) {
      isWanted = false;
      await run();
    } else {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  }
  clearTimeout(timer);
  for (const watcher of watchers) watcher.close();
}
