import type { BenchResults } from "./measure.ts";
import type { Result } from "./race.ts";
import type { Figures } from "./rounds.ts";
import type { Spread } from "./spread.ts";
import { ratioOf } from "./targets.ts";

const PEERS = ["prism", "prism-small", "node", "express", "validator"];
const PEER_HEADS = ["× Prism", "× Prism small", "× node:http", "× Express", "× validator"];

/** Everything measured, as tables in Markdown: for a terminal as well as for a README. */
export function report(results: BenchResults): string[] {
  const { race, start, users, contract, generate, client, memory } = results;
  return [
    ...(race.length > 0 ? raceTable(race) : []),
    ...(start
      ? timesTable("start to the first 200", [
          ["ours", start.ours],
          ["Prism", start.prism],
        ])
      : []),
    ...(users ?? []).flatMap(({ kind, sizes }) => {
      const rows = sizes.map(({ users: count, figures }) => [count.toLocaleString("en"), figures] as const);
      return figuresTable(`users, ${kind === "same" ? "nothing changes" : "changing"}`, rows);
    }),
    ...(contract
      ? figuresTable(
          "paths added",
          contract.map(({ added, figures }) => [String(added), figures]),
        )
      : []),
    ...(generate ? timesTable("generate", Object.entries(generate)) : []),
    ...(client
      ? timesTable("client, µs of CPU a call", [
          ["bare fetch", client.bare],
          ["client", client.client],
        ])
      : []),
    ...(memory ? memoryTable(memory.after) : []),
  ];
}

function raceTable(race: readonly Result[]): string[] {
  const heads = ["", "requests/s", "p50 ms", "p99 ms", "CPU µs", "RSS MB", "answer B", ...PEER_HEADS, "generator"];
  const rows = race.map((result) => {
    const { name, title, answerBytes, generatorShare, wrong } = result;
    if (wrong.length > 0) return [title, `does not count: ${wrong.join(", ")}`];
    const ratios = PEERS.map((peer) => ratio(ratioOf(race, name, peer)));
    return [
      title,
      ...figureCells(result),
      String(answerBytes),
      ...ratios,
      `${(generatorShare.median * 100).toFixed(0)} %`,
    ];
  });
  return table([heads, ...rows]);
}

function figuresTable(head: string, rows: readonly (readonly [string, Figures])[]): string[] {
  const heads = [head, "requests/s", "p50 ms", "p99 ms", "CPU µs", "RSS MB"];
  return table([heads, ...rows.map(([name, figures]) => [name, ...figureCells(figures)])]);
}

function figureCells({ requestsPerSecond, p50Ms, p99Ms, cpuMicros, rssMb, wrong }: Figures): string[] {
  if (wrong.length > 0) return [`does not count: ${wrong.join(", ")}`];
  return [spread(requestsPerSecond, 0), spread(p50Ms, 2), spread(p99Ms, 1), spread(cpuMicros, 0), spread(rssMb, 0)];
}

function timesTable(head: string, rows: readonly (readonly [string, Spread | null])[]): string[] {
  const unit = head.includes("µs") ? "µs" : "ms";
  return table([[head, unit], ...rows.map(([name, times]) => [name, spread(times, unit === "µs" ? 1 : 0)])]);
}

function memoryTable(after: readonly { requests: number; rssMb: number }[]): string[] {
  const rows = after.map(({ requests, rssMb }) => [requests.toLocaleString("en"), rssMb.toFixed(0)]);
  return table([["after requests", "RSS MB"], ...rows]);
}

/** Median with the least and the most; "—" where it can't be known here. */
export function spread(values: Spread | null, digits: number): string {
  if (!values) return "—";
  const [median, min, max] = [values.median, values.min, values.max].map((value) => value.toFixed(digits));
  return `${median} (${min}–${max})`;
}

function ratio(times: number | null): string {
  return times === null || Number.isNaN(times) ? "—" : times.toFixed(2);
}

function table(rows: readonly (readonly string[])[]): string[] {
  const columns = Math.max(...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(3, ...rows.map((row) => (row[column] ?? "").length)),
  );
  const [head = "", ...body] = rows.map((row) => line(widths.map((width, at) => pad(row[at] ?? "", width, at))));
  return [
    "",
    head,
    line(widths.map((width, at) => (at === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`))),
    ...body,
  ];
}

function pad(text: string, width: number, column: number): string {
  return column === 0 ? text.padEnd(width) : text.padStart(width);
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}
