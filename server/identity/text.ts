/** True for null, undefined, "" and text of white space only. */
export function isBlank(text: string | null | undefined): text is null | undefined | "" {
  return text === null || text === undefined || text.trim() === "";
}

/** Compares by code point. JavaScript's operators compare UTF-16 units, which puts U+FFFD after U+1F600. */
export function compareCodePoints(a: string, b: string): number {
  const shared = Math.min(a.length, b.length);
  for (let index = 0; index < shared; index += 1) {
    const [left, right] = [a.charCodeAt(index), b.charCodeAt(index)];
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

/** A surrogate is part of a code point above U+FFFF, so it sorts after all other units. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

/**
 * RFC 6901 pointers to text with U+0000 or a lone surrogate, which PostgreSQL rejects. If a member's name contains one,
 * the pointer is that of its object. Iterative, because JSON.parse accepts 60,000 levels and recursion overflows near
 * 5,000.
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
  /** The pointer is that of an ancestor because the value's own is too long. */
  isCut: boolean;
}

function membersOf({ value, pointer, isCut }: Placed): (Placed & { key: string })[] {
  if (value === null || typeof value !== "object") return [];
  return Object.entries(value).map(([key, inner]) => {
    const own = isCut ? "" : `${pointer}/${escaped(key)}`;
    const cut = isCut || own.length > MAX_POINTER_LENGTH;
    return { key, value: inner, pointer: cut ? pointer : own, isCut: cut };
  });
}

/** Characters. Text with a longer pointer is reported at its nearest ancestor. */
const MAX_POINTER_LENGTH = 256;

/** RFC 6901 section 3. */
function escaped(segment: string): string {
  return segment.replaceAll("~", "~0").replaceAll("/", "~1");
}

function isStorable(text: string): boolean {
  return !text.includes("\u0000") && text.isWellFormed();
}
