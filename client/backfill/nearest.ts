// The scripts have their own: the client imports nothing of theirs.

/** " Did you mean 'x'?" for the candidate few edits away from `word`, or nothing. */
export function didYouMean(word: string, candidates: readonly string[]): string {
  const most = Math.max(2, Math.floor(word.length / 3));
  const ranked = candidates.map((name) => ({ name, count: edits(word, name) })).sort((a, b) => a.count - b.count);
  const [best] = ranked;
  return best && best.count <= most ? ` Did you mean '${best.name}'?` : "";
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
