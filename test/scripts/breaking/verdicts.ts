import { pointerText } from "../../../scripts/breaking/change.ts";
import { compareContracts } from "../../../scripts/breaking/compare-contracts.ts";
import type { ContractDocument } from "../../../server/contract/document.ts";

/** Each change as one line: wire verdict, source verdict, rule, pointer. */
export async function verdicts(base: ContractDocument, revision: ContractDocument): Promise<string[]> {
  const changes = await compareContracts(base, revision);
  return changes.map(
    ({ wire, breaksSource, rule, subject }) =>
      `${wire}, ${breaksSource ? "breaks" : "compiles"}: ${rule} ${shortened(pointerText(subject))}`,
  );
}

function shortened(pointer: string): string {
  return pointer.replace("#/components/schemas/", "").replace("#/paths/~1v1~1users~1{userId}~1$sync", "PATH");
}
