import { type ContractDocument, operationsOf } from "../../server/contract/document.ts";
import type { Pointer } from "../generate/diagnostic.ts";
import { nearest } from "../shared/nearest.ts";
import { type Change, pointerText } from "./change.ts";
import { sourceJudge } from "./source-verdict.ts";
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
  const [wire, judge] = await Promise.all([wireChanges(base, revision, differ), sourceJudge(base, revision)]);
  const removed = new Map(removedNames(base, revision).map((change) => [pointerText(change.subject), change]));
  const judged = judge(wire).map((change): Change => {
    const subject = pointerText(change.subject);
    const removal = removed.get(subject);
    if (!removal) return change;
    removed.delete(subject);
    return { ...change, rule: removal.rule, message: removal.message, breaksSource: true };
  });
  return [...judged, ...removed.values()];
}

/** Schemas and operations whose types are no longer exported. */
function removedNames(base: ContractDocument, revision: ContractDocument): Change[] {
  const names = Object.keys(base.components.schemas);
  const freshNames = Object.keys(revision.components.schemas);
  const added = freshNames.filter((name) => !names.includes(name));
  const types = names.filter((name) => !freshNames.includes(name));
  const ids = new Set(operationsOf(revision).map(({ operation }) => operation.operationId));
  const operations = operationsOf(base).filter(({ operation }) => !ids.has(operation.operationId));
  return [
    ...types.map((name) => {
      const near = nearest(name, added);
      const renamed = near === undefined ? "" : ` It may have been renamed to '${near}'.`;
      const message = `The type '${name}' is no longer exported.${renamed}`;
      return removal("type-gone", message, ["components", "schemas", name]);
    }),
    ...operations.map(({ operation: { operationId }, pointer }) => {
      const message = `The operation '${operationId}' and its types are no longer exported.`;
      return removal("operation-gone", message, [...pointer, "operationId"]);
    }),
  ];
}

function removal(rule: string, message: string, subject: Pointer): Change {
  return { rule, message, subject, place: subject, isRemoved: true, wire: "patch", breaksSource: true };
}
