import { alignColumns } from "../../server/command-line/columns.ts";
import type { Spread } from "../shared/statistics.ts";

/** A spread prints as "median (min–max)"; null could not be measured here. */
export type Cell = Spread | number | null;

/** One line of a table. */
export interface Row {
  title: string;
  cells: Record<string, Cell>;
}

/** Adds each row's requests a second divided by those of the peers, which are named by title. */
export function withRatios(rows: readonly Row[], peers: readonly string[]): Row[] {
  const rateOf = (row: Row | undefined) => {
    const cell = row?.cells["requests/s"];
    return typeof cell === "object" ? cell?.median : undefined;
  };
  return rows.map((row) => {
    const ratios = peers.map((peer): [string, Cell] => {
      const [own, other] = [rateOf(row), rateOf(rows.find(({ title }) => title === peer))];
      return [`× ${peer}`, own && other ? own / other : null];
    });
    return { ...row, cells: { ...row.cells, ...Object.fromEntries(ratios) } };
  });
}

/** A Markdown table that is also readable on a terminal. */
export function table(name: string, rows: readonly Row[]): string[] {
  const columns = [...new Set(rows.flatMap(({ cells }) => Object.keys(cells)))];
  const lines = [
    [name, ...columns],
    ["---", ...columns.map(() => "---:")],
    ...rows.map(({ title, cells }) => [title, ...columns.map((column) => cellText(cells[column]))]),
  ];
  return alignColumns(lines).map((cells) => `| ${cells.join(" | ")} |`);
}

function cellText(cell: Cell | undefined): string {
  if (cell === null || cell === undefined || Number.isNaN(cell)) return "—";
  if (typeof cell === "number") return numberText(cell);
  if (cell.min === cell.max) return numberText(cell.median);
  return `${numberText(cell.median)} (${numberText(cell.min)}–${numberText(cell.max)})`;
}

function numberText(value: number): string {
  return value.toFixed(value >= 100 ? 0 : value >= 10 ? 1 : 2);
}
