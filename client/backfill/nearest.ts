// scripts/shared/nearest.ts does the same, but the client imports nothing from scripts/.

/** " Did you mean 'x'?" for the candidate with the fewest edits, or nothing if all are too different. */
export function didYouMean(word: string, candidates: readonly string[]): string {
  const maxEdits = Math.max(2, Math.floor(word.length / 3));
  const [best] = candidates.map((name) => ({ name, edits: edits(word, name) })).sort((a, b) => a.edits - b.edits);
  return best && best.edits <= maxEdits ? ` Did you mean '${best.name}'?` : "";
}

/** Levenshtein distance. */
function edits(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, left] of Array.from(a).entries()) {
    const next = [i + 1];
    for (const [j, right] of Array.from(b).entries()) {
      const swap = (row[j] ?? 0) + (left === right ? 0 : 1);
      next.push(Math.min(swap, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
