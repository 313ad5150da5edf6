/** What became of a load. */
export interface Figures {
  offered: number;
  good: number;
  shed: number;
  failed: number;
  /** Milliseconds, of good answers and of refusals, once the overload has been noticed. */
  goodMs: number[];
  shedMs: number[];
  /** Milliseconds of `/livez`, asked every 100 ms. */
  livezMs: number[];
  livezFailed: number;
}

/** The figures in two lines. */
export function summary(what: string, { offered, good, shed, failed, goodMs, shedMs, livezMs }: Figures): string {
  const times = (list: number[]) =>
    `p50 ${quantile(list, 0.5)} p99 ${quantile(list, 0.99)} max ${quantile(list, 1)} ms`;
  return [
    `${what.padEnd(13)} ${offered} offered: ${good} good (${times(goodMs)}), ${shed} refused (${times(shedMs)}),`,
    `${" ".repeat(13)} ${offered - good - shed - failed} never sent for want of a connection, /livez ${times(livezMs)}`,
  ].join("\n");
}

/** The value that this share of the times does not exceed, to a tenth of a millisecond. */
export function quantile(times: number[], share: number): number {
  const sorted = times.toSorted((a, b) => a - b);
  return Math.round((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0) * 10) / 10;
}

export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
