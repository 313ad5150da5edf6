import type { ContractDocument } from "../../server/contract/document.ts";
import { type Change, pointerText } from "./change.ts";
import { sourceChanges } from "./source-changes.ts";
import { type Differ, wireChanges } from "./wire-changes.ts";

/**
 * Every change between two contracts with both of its verdicts: what the wire shows, and what the compiler shows.
 * @throws DifferFailed
 */
export async function compareContracts(
  base: ContractDocument,
  revision: ContractDocument,
  differ?: Differ,
): Promise<Change[]> {
  // The differ is a process of its own: the compiler works meanwhile.
  const [wire, source] = await Promise.all([wireChanges(base, revision, differ), sourceChanges(base, revision)]);
  const told = new Set<Change>();
  const judged = wire.map((change) => {
    const broken = source.filter((other) => isAbout(change, other));
    for (const other of broken) told.add(other);
    const [first] = broken;
    if (!first) return change;
    // The differ has no words for what is harmless on the wire.
    const said = change.wire === "major" ? {} : { rule: first.rule, message: first.message };
    return { ...change, ...said, breaksSource: true };
  });
  return [...judged, ...source.filter((change) => !told.has(change))];
}

/** The differ may point at a keyword (`…/authenticationMethod/enum`), the compiler at the property that has it. */
function isAbout(change: Change, source: Change): boolean {
  const [at, of] = [pointerText(change.subject), pointerText(source.subject)];
  return at === of || at.startsWith(`${of}/`);
}
