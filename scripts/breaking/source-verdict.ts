import ts from "typescript";
import { type ContractDocument, operationsOf } from "../../server/contract/document.ts";
import type { Pointer } from "../generate/diagnostic.ts";
import { pointerText } from "./change.ts";
import { type ComparedTypes, compareTypes, memberPath, referencesIn, type TypedPart } from "./source-types.ts";
import type { WireChange } from "./wire-changes.ts";

/** Callers write requests and read responses: an old request must fit the new type, a new response the old type. */
type Flow = "request" | "response";

/** Keywords with an effect on types; `key` and `name` are renamed properties and parameters. */
const TYPE_KEYWORDS = new Set(["additionalProperties", "const", "enum", "items", "key", "name", "required", "type"]);

/** Prepares the types of both contracts. The result adds the source verdict to the differ's changes. */
export async function sourceJudge(base: ContractDocument, revision: ContractDocument) {
  const types = await compareTypes(base, revision);
  const flowsOf = usedFlows(base, revision);
  return (changes: readonly WireChange[]): WireChange[] => {
    const templates = new Map(changes.filter(isTemplate).map(({ use, from }) => [use[1], String(from)]));
    return changes.map((change) => {
      const path = memberPath(change.isRemoved ? base : revision, change.use);
      const oldPath = path.map((name, index) => (index === 1 ? (templates.get(name) ?? name) : name));
      const pair = { types, old: types.old(oldPath), fresh: types.fresh(path) };
      return isTyped(change, path) ? judged(change, pair, flowsOf(change.subject)) : change;
    });
  };
}

function isTemplate({ keyword, use }: WireChange): boolean {
  return keyword === "key" && use[0] === "paths" && use.length === 2;
}

/** Types cover bodies and path parameters; handlers and clients have no types of other parameters and of headers. */
function isTyped(change: WireChange, path: readonly string[]): boolean {
  const { keyword } = change;
  if (isTemplate(change) || (keyword !== undefined && !TYPE_KEYWORDS.has(keyword))) return false;
  const parameter = path.indexOf("parameters");
  return !path.includes("headers") && (parameter < 0 || path[parameter + 1] === "path");
}

interface Pair {
  types: ComparedTypes;
  old: TypedPart | undefined;
  fresh: TypedPart | undefined;
}

function judged(change: WireChange, pair: Pair, flows: readonly Flow[]): WireChange {
  for (const flow of flows) {
    const message = breakIn(flow, change, pair);
    if (message === undefined) continue;
    // On the wire the change is harmless, and the differ describes it in general terms only.
    const isMinor = change.wire !== "major";
    return { ...change, ...(isMinor ? { rule: ruleOf(flow, change.use), message } : {}), breaksSource: true };
  }
  return change;
}

function ruleOf(flow: Flow, use: Pointer): string {
  if (use.includes("parameters")) return "path-parameter-changed";
  return flow === "request" ? "request-narrowed" : "response-changed";
}

/** The reason why code written for the old types does not compile with the new ones; undefined if it compiles. */
function breakIn(flow: Flow, { keyword, from, to }: WireChange, { types, old, fresh }: Pair): string | undefined {
  if (keyword === "key" || keyword === "name") return `'${from}' was renamed to '${to}'.`;
  // A removed property breaks code that reads it, and object literals that set it.
  if (old && !fresh) return `'${old.property?.name}' was removed.`;
  if (old && fresh) return keyword === "required" ? newlyOptional(flow, old, fresh) : misfit(flow, types, old, fresh);
  if (flow === "response" || !fresh?.property || isOptional(fresh)) return undefined;
  return `The new property '${fresh.property.name}' is required.`;
}

function newlyOptional(flow: Flow, old: TypedPart, fresh: TypedPart): string | undefined {
  if (flow === "request") return isOptional(old) && !isOptional(fresh) ? "The property is now required." : undefined;
  return isOptional(fresh) && !isOptional(old) ? "The property is now optional." : undefined;
}

function misfit(flow: Flow, { checker }: ComparedTypes, old: TypedPart, fresh: TypedPart): string | undefined {
  const [given, accepted] = flow === "request" ? [old.type, fresh.type] : [fresh.type, old.type];
  if (checker.isTypeAssignableTo(given, accepted)) return undefined;
  const [before, now] = [old, fresh].map(({ type }) => checker.typeToString(type));
  return `The type was ${before}, and is ${now}.`;
}

function isOptional({ property }: TypedPart): boolean {
  return property !== undefined && (property.flags & ts.SymbolFlags.Optional) !== 0;
}

/** Finds out whether a part of the contracts is used by requests, by responses, or by both. */
function usedFlows(...documents: ContractDocument[]): (pointer: Pointer) => Flow[] {
  const used: Record<Flow, Set<string>> = { request: new Set(), response: new Set() };
  for (const document of documents) {
    for (const { operation } of operationsOf(document)) {
      referencesIn(document, [operation.parameters, operation.requestBody], used.request);
      referencesIn(document, operation.responses, used.response);
    }
  }
  return (pointer) => {
    if (pointer[0] === "paths") return [pointer.includes("responses") ? "response" : "request"];
    const reference = pointerText(pointer.slice(0, 3));
    return (["request", "response"] as const).filter((flow) => used[flow].has(reference));
  };
}
