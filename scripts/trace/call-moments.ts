export interface CallMoment {
  moment: "begin" | "end";
  /** The call as strace writes it; at its begin without the result where another thread's call came between. */
  text: string;
}

const UNFINISHED = "<unfinished ...>";

/** When system calls begin and end, from the lines of `strace -f`. */
export function callMoments(trace: string): CallMoment[] {
  /** By thread: its call that was still going on when another thread's was reported. */
  const going = new Map<string, string>();
  return trace.split("\n").flatMap((line): CallMoment[] => {
    const [, thread = "", text = ""] = /^(\d+) +(.*)$/.exec(line) ?? [];
    if (text.endsWith(UNFINISHED)) {
      const begun = text.slice(0, -UNFINISHED.length).trimEnd();
      going.set(thread, begun);
      return [{ moment: "begin", text: begun }];
    }
    const [, rest] = /^<\.\.\. \w+ resumed>(.*)$/.exec(text) ?? [];
    if (rest !== undefined) return [{ moment: "end", text: `${going.get(thread) ?? ""}${rest}` }];
    return [
      { moment: "begin", text },
      { moment: "end", text },
    ];
  });
}
