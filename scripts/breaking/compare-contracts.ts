import type { ContractDocument } from "../../server/contract/document.ts";
import { type Change, pointerText } from "./change.ts";
import { sourceChanges } from "./source-changes.ts";
import { type Differ, wireChanges } from "./wire-changes.ts";

/**
 * All changes between two contracts, each with its wire verdict and its source verdict.
 * @throws DifferFailed
 */
export async function compareContracts(
  base: ContractDocument,
  revision: ContractDocument,
  differ?: Differ,
): Promise<Change[]> {
  // The differ is a child process, so both run at the same time.
  const [wire, source] = await Promise.all([wireChanges(base, revision, differ), sourceChanges(base, revision)]);
  const merged = new Set<Change>();
  const judged = wire.map((change) => {
    const broken = source.filter((other) => isSamePart(change, other));
    for (const other of broken) merged.add(other);
    const [first] = broken;
    if (!first) return change;
    // The differ's message describes a change that is harmless on the wire in general terms only.
    const better = change.wire === "major" ? {} : { rule: first.rule, message: first.message };
    return { ...change, ...better, breaksSource: true };
  });
  return [...judged, ...source.filter((change) => !merged.has(change))];
}

/** The differ may report a keyword (`…/authenticationMethod/enum`) where the compiler reports its property. */
function isSamePart(change: Change, source: Change): boolean {
  const [inner, outer] = [pointerText(change.subject), pointerText(source.subject)];
  return inner === outer || inner.startsWith(`${outer}/`);
}
