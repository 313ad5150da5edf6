import type { Result } from "./race.ts";

const [WIDTH, LEFT, RIGHT, ROW, TOP] = [860, 270, 120, 28, 44];
const COLORS = { ours: "#2563eb", peer: "#94a3b8" };

/** Requests a second as bars, each with a line from the least round to the most; on white, whatever is around it. */
export function chart(race: readonly Result[], caption: string): string {
  const counted = race.filter(({ wrong }) => wrong.length === 0);
  const most = Math.max(1, ...counted.map(({ requestsPerSecond }) => requestsPerSecond.max));
  const scale = (WIDTH - LEFT - RIGHT) / most;
  const height = TOP + counted.length * ROW + 12;
  const rows = counted.map((result, index) => bar(result, TOP + index * ROW, scale));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" font-family="system-ui, sans-serif" font-size="13">`,
    `<title>Requests a second</title>`,
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    `<text x="12" y="24" fill="#0f172a" font-weight="600">Requests a second</text>`,
    `<text x="${WIDTH - 12}" y="24" fill="#64748b" font-size="11" text-anchor="end">${escaped(caption)}</text>`,
    ...rows,
    "</svg>",
    "",
  ].join("\n");
}

function bar({ title, isOurs, requestsPerSecond: { median, min, max } }: Result, y: number, scale: number): string {
  const [middle, end] = [y + ROW / 2, LEFT + max * scale];
  const x = (value: number) => (LEFT + value * scale).toFixed(1);
  return [
    `<text x="${LEFT - 8}" y="${middle + 4}" fill="#0f172a" text-anchor="end">${escaped(title)}</text>`,
    `<rect x="${LEFT}" y="${y + 5}" width="${(median * scale).toFixed(1)}" height="${ROW - 10}" rx="2" fill="${isOurs ? COLORS.ours : COLORS.peer}"/>`,
    `<path d="M${x(min)} ${middle}H${x(max)}" stroke="#0f172a" stroke-width="1.5"/>`,
    `<text x="${(end + 8).toFixed(1)}" y="${middle + 4}" fill="#0f172a">${Math.round(median).toLocaleString("en")}</text>`,
  ].join("");
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
