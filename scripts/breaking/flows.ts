import { type ContractDocument, operationsOf, referencePointer } from "../../server/contract/document.ts";
import type { Pointer } from "../generate/diagnostic.ts";
import { type Flow, pointerText, type WireChange } from "./change.ts";
import { referencesIn } from "./source-types.ts";

/** Returns a function that reports whether a changed part is used by requests, by responses, or by both. */
export function usedFlows(...documents: ContractDocument[]): (change: WireChange) => Flow[] {
  const used: Record<Flow, Set<string>> = { request: new Set(), response: new Set() };
  const add = (flow: Flow, references: Set<string>) => {
    for (const reference of references) used[flow].add(componentOf(referencePointer(reference)));
  };
  for (const document of documents) {
    for (const { operation } of operationsOf(document)) {
      add("request", referencesIn(document, [operation.parameters, operation.requestBody]));
      add("response", referencesIn(document, operation.responses));
    }
  }
  const isUsed = (flow: Flow, pointer: Pointer) =>
    pointer[0] === "paths"
      ? pointer.includes("responses") === (flow === "response")
      : used[flow].has(componentOf(pointer));
  // The two versions of a part may be in different components.
  return ({ subject, place }) =>
    (["request", "response"] as const).filter((flow) => isUsed(flow, subject) && isUsed(flow, place));
}

/** A reference may lead into a component. */
function componentOf(pointer: Pointer): string {
  return pointerText(pointer.slice(0, 3));
}
