/** True for null, undefined, "" and white space alone. */
export function isBlank(text: string | null | undefined): text is null | undefined | "" {
  return text === null || text === undefined || text.trim() === "";
}

/** Order by code point; JavaScript's own order is by UTF-16 unit, which puts U+FFFD after U+1F600. */
export function compareCodePoints(a: string, b: string): number {
  const shared = Math.min(a.length, b.length);
  for (let index = 0; index < shared; index += 1) {
    const [left, right] = [a.charCodeAt(index), b.charCodeAt(index)];
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

/** Half of a surrogate pair stands for a code point above all others. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

/** Length as JSON Schema counts it: in code points. */
export function codePointLength(text: string): number {
  return Array.from(text).length;
}

/**
 * RFC 6901 pointers to all text with U+0000 or a lone surrogate, on which the stores disagree; where a member's name
 * holds one, the pointer is that of its object, for no pointer can be written. Iterative: JSON.parse lets 60,000
 * levels through, and recursion ends near 5,000.
 */
export function unstorableText(root: unknown): string[] {
  const found: string[] = [];
  const open: Placed[] = [{ value: root, pointer: "", isCut: false }];
  for (let next = open.pop(); next; next = open.pop()) {
    if (typeof next.value === "string" && !isStorable(next.value)) found.push(next.pointer);
    for (const member of membersOf(next)) {
      if (isStorable(member.key)) open.push(member);
      else found.push(next.pointer);
    }
  }
  return [...new Set(found.reverse())];
}

interface Placed {
  value: unknown;
  pointer: string;
  /** The pointer names an ancestor: the value's own would be too long. */
  isCut: boolean;
}

function membersOf({ value, pointer, isCut }: Placed): (Placed & { key: string })[] {
  if (value === null || typeof value !== "object") return [];
  return Object.entries(value).map(([key, inner]) => {
    const own = isCut ? "" : `${pointer}/${escaped(key)}`;
    const cut = isCut || own.length > LONGEST_POINTER;
    return { key, value: inner, pointer: cut ? pointer : own, isCut: cut };
  });
}

/** What lies deeper or has a longer name is reported at the last member that a pointer of this length can name. */
const LONGEST_POINTER = 256;

/** RFC 6901 section 3. */
function escaped(segment: string): string {
  return segment.replaceAll("~", "~0").replaceAll("/", "~1");
}

function isStorable(text: string): boolean {
  return !text.includes("\u0000") && text.isWellFormed();
}
