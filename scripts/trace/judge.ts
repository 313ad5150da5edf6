import { type CallMoment, callMoments } from "./call-moments.ts";

export interface Verdict {
  /** The system calls that matter, in the order in which they happened. */
  steps: string[];
  verdict: string;
  isShown: boolean;
}

export interface TracedSync {
  /** Stands in the change, and nowhere else. */
  token: string;
  /** Stands in the answer's head. */
  requestId: string;
}

interface Step {
  what: "written" | "synced" | "answered";
  text: string;
}

const UNSYNCED = "NOT SHOWN the change was written, but not synced before its answer";

/** Judges strace's lines: the change is written to the write-ahead log, that file is synced, only then the answer begins. */
export function judge(trace: string, { token, requestId }: TracedSync): Verdict {
  const steps = callMoments(trace).flatMap((moment) => stepOf(moment, requestId));
  const answered = steps.findIndex(({ what }) => what === "answered");
  const before = steps.slice(0, Math.max(0, answered));
  const change = before.findIndex(({ what, text }) => what === "written" && text.includes(token));
  const lastWrite = before.findLastIndex(({ what }) => what === "written");
  const isShown = change >= 0 && before.findLastIndex(({ what }) => what === "synced") > lastWrite;
  return {
    steps: steps.slice(Math.max(0, change), answered + 1).map(({ what, text }) => `${what.padEnd(9)} ${short(text)}`),
    verdict: isShown
      ? "shown: the change was written and synced before its answer began"
      : whyNot({ answered, change }),
    isShown,
  };
}

/** What is written and synced counts from its end, an answer from its beginning. */
function stepOf({ moment, text }: CallMoment, requestId: string): Step[] {
  if (moment === "begin") {
    return /^(writev?|send\w*)\(/.test(text) && text.includes(requestId) ? [{ what: "answered", text }] : [];
  }
  if (/^pwrite\w*\(\d+<[^>]*-wal>/.test(text)) return [{ what: "written", text }];
  return /^(fsync|fdatasync)\(\d+<[^>]*-wal>\) += 0/.test(text) ? [{ what: "synced", text }] : [];
}

function whyNot({ answered, change }: { answered: number; change: number }): string {
  if (answered < 0) return "NOT SHOWN the answer is not in the trace";
  return change < 0 ? "NOT SHOWN the change was not written before its answer" : UNSYNCED;
}

/** Without most of what was written, and with files by their names alone. */
function short(call: string): string {
  return call
    .replace(/"(?:[^"\\]|\\.)*"(?:\.\.\.)?/g, (text) => (text.length > 20 ? `${text.slice(0, 18)}…"` : text))
    .replace(/<\/[^>]*\/([^/>]+)>/g, "<$1>")
    .slice(0, 150);
}
