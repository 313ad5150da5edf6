import ts from "typescript";
import { type ContractDocument, operationsOf } from "../../server/contract/document.ts";
import type { Pointer } from "../generate/diagnostic.ts";
import { type Change, pointerText, type WireChange } from "./change.ts";
import { compareTypes, memberPath, referencesIn, type TypedPart } from "./source-types.ts";
import { wireChanges } from "./wire-changes.ts";

/** Callers write requests and read responses: old requests must match the new type, and new responses the old type. */
type Flow = "request" | "response";

/** In the differ's report, `key` is the keyword of a renamed property, `name` that of a renamed parameter. */
const RENAMES = ["key", "name"];
/** Keywords that affect types. */
const TYPE_KEYWORDS = [...RENAMES, "additionalProperties", "const", "enum", "items", "required", "type"];

type Verdict = Pick<Change, "rule" | "message">;

/**
 * All changes between two contracts, each with its wire verdict and its source verdict.
 * @throws DifferFailed
 */
export async function compareContracts(base: ContractDocument, revision: ContractDocument): Promise<Change[]> {
  // The differ is a child process, so both run at the same time.
  const [changes, types] = await Promise.all([wireChanges(base, revision), compareTypes(base, revision)]);
  const flowsOf = usedFlows(base, revision);
  const templates = new Map(changes.filter(isTemplate).map(({ use, from }) => [use[1], String(from)]));
  const typeBreak = (change: WireChange): Verdict | undefined => {
    const path = memberPath(change.isRemoved ? base : revision, change.use);
    if (!isTyped(change, path)) return undefined;
    const oldPath = path.map((name, index) => (index === 1 ? (templates.get(name) ?? name) : name));
    const parts = { checker: types.checker, old: types.old(oldPath), fresh: types.fresh(path) };
    for (const flow of flowsOf(change.subject)) {
      const message = sourceBreak(flow, change, parts);
      if (message !== undefined) return { rule: ruleOf(flow, change.use), message };
    }
    return undefined;
  };
  return changes.map((change) => {
    const found = removedExport(change) ?? typeBreak(change);
    // The differ describes a change that does not break the wire in general terms only.
    return found ? { ...change, ...(change.wire !== "major" && found), breaksSource: true } : change;
  });
}

/** Rule and message for a schema or an operation whose types are no longer exported. */
function removedExport({ subject, keyword, isRemoved, from, to }: WireChange): Verdict | undefined {
  const [, section, name, ...inner] = subject;
  if (keyword === "operationId" && from !== undefined) {
    return { rule: "operation-gone", message: `The operation '${from}' and its types are no longer exported.` };
  }
  if (section !== "schemas" || inner.length > 0 || !(isRemoved || keyword === "key")) return undefined;
  const renamed = keyword === "key" ? ` It may have been renamed to '${to}'.` : "";
  return { rule: "type-gone", message: `The type '${name}' is no longer exported.${renamed}` };
}

/** A renamed path template. Its operations keep their types. */
function isTemplate({ keyword, use }: WireChange): boolean {
  return keyword === "key" && use[0] === "paths" && use.length === 2;
}

/** Whether the change affects a type that handlers or clients use: that of a body or a path parameter. */
function isTyped({ keyword, use }: WireChange, [root, section, ...path]: readonly string[]): boolean {
  if (keyword !== undefined && !TYPE_KEYWORDS.includes(keyword)) return false;
  if (keyword === "key" && use.at(-2) !== "properties") return false;
  // Parts of components other than schemas are judged where an operation uses them.
  if (path.includes("headers") || (root === "components" && section !== "schemas")) return false;
  const parameter = path.indexOf("parameters");
  return parameter < 0 || path[parameter + 1] === "path";
}

function ruleOf(flow: Flow, use: Pointer): string {
  if (use.includes("parameters")) return "path-parameter-changed";
  return flow === "request" ? "request-narrowed" : "response-changed";
}

interface Parts {
  checker: ts.TypeChecker;
  old: TypedPart | undefined;
  fresh: TypedPart | undefined;
}

/** The reason why code written for the old types does not compile with the new ones; undefined if it compiles. */
function sourceBreak(
  flow: Flow,
  { keyword, from, to }: WireChange,
  { checker, old, fresh }: Parts,
): string | undefined {
  if (RENAMES.includes(String(keyword))) return `'${from}' was renamed to '${to}'.`;
  // A removed property breaks code that reads it, and object literals that set it.
  if (!fresh) return old && `'${old.property?.name}' was removed.`;
  if (!old || keyword === "required") return optionalityBreak(flow, old, fresh);
  const [given, accepted] = flow === "request" ? [old, fresh] : [fresh, old];
  if (checker.isTypeAssignableTo(given.type, accepted.type)) return undefined;
  return `The type was ${checker.typeToString(old.type)}, and is ${checker.typeToString(fresh.type)}.`;
}

function optionalityBreak(flow: Flow, old: TypedPart | undefined, fresh: TypedPart): string | undefined {
  const [given, accepted] = flow === "request" ? [old, fresh] : [fresh, old];
  if (isRequired(given) || !isRequired(accepted)) return undefined;
  return flow === "request" ? "The property is now required." : "The property is now optional.";
}

function isRequired(part: TypedPart | undefined): boolean {
  return part?.property !== undefined && (part.property.flags & ts.SymbolFlags.Optional) === 0;
}

/** Returns a function that reports whether a part of the contracts is used by requests, by responses, or by both. */
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
