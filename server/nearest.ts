/** The candidate with the smallest edit distance from `word`; undefined if that is too large for a typing error. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const limit = Math.max(2, Math.floor(word.length / 3));
  const ranked = Array.from(candidates, (name) => ({ name, edits: distance(word.toLowerCase(), name.toLowerCase()) }));
  const [best] = ranked.sort((a, b) => a.edits - b.edits);
  return best && best.edits <= limit ? best.name : undefined;
}

/** " Did you mean 'x'?", or an empty text. */
export function didYouMean(name: string | undefined): string {
  return name === undefined ? "" : ` Did you mean '${name}'?`;
}

/** Levenshtein distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, left] of Array.from(a).entries()) {
    const next = [i + 1];
    for (const [j, right] of Array.from(b).entries()) {
      const replaced = (row[j] ?? 0) + (left === right ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
