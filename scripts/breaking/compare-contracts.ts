import ts from "typescript";
import type { ContractDocument } from "../../server/contract/document.ts";
import type { Change, Flow, WireChange } from "./change.ts";
import { wireChanges } from "./differ/wire-changes.ts";
import { withEnforcedVerdict } from "./enforced.ts";
import { usedFlows } from "./flows.ts";
import { normalise } from "./normalise.ts";
import { isJudgedHere, operationChanges } from "./operation-rules.ts";
import { schemaVerdicts } from "./schema-verdict.ts";
import { compareTypes, memberPath, type TypedPart } from "./source-types.ts";

/** In the differ's report, `key` is the keyword of a renamed property, `name` that of a renamed parameter. */
const RENAMES = ["key", "name"];
/** Other keywords that affect types. */
const TYPE_KEYWORDS = ["additionalProperties", "const", "enum", "items", "required", "type"];

type Verdict = Pick<Change, "rule" | "message">;

/**
 * All changes between two contracts, each with its wire verdict and its source verdict. The contracts are normalised
 * first; the pointers of the changes are those of the given documents.
 * @throws DifferFailed
 */
export async function compareContracts(base: ContractDocument, revision: ContractDocument): Promise<Change[]> {
  const [old, fresh] = [normalise(base), normalise(revision)];
  const changes = await compareNormalised(old.document, fresh.document);
  const atOrigin = changes.map((change) => ({
    ...change,
    subject: (change.isAdded ? fresh : old).originOf(change.subject),
    place: (change.isRemoved ? old : fresh).originOf(change.place),
  }));
  // A change that several operations inherit from one place is reported once.
  const keyOf = ({ rule, subject, place, from, to }: WireChange) => JSON.stringify([rule, subject, place, from, to]);
  return Array.from(new Map(atOrigin.toReversed().map((change) => [keyOf(change), change])).values()).toReversed();
}

async function compareNormalised(base: ContractDocument, revision: ContractDocument): Promise<WireChange[]> {
  // The differ is a child process, so both run at the same time.
  const [reported, types] = await Promise.all([wireChanges(base, revision), compareTypes(base, revision)]);
  const flowsOf = usedFlows(base, revision);
  const schemaVerdict = schemaVerdicts(base, revision);
  const changes = reported
    .filter((change) => !isJudgedHere(change))
    .map((change) => withEnforcedVerdict(change, revision))
    .map((change) => schemaVerdict(change, flowsOf(change)))
    .concat(operationChanges(base, revision));
  const templates = new Map(changes.filter(isTemplate).map(({ use, from }) => [use[1], String(from)]));
  const typeBreak = (change: WireChange): Verdict | undefined => {
    const path = memberPath(change.isRemoved ? base : revision, change.use);
    if (!isTyped(change, path)) return undefined;
    const oldPath = path.map((name, index) => (index === 1 ? (templates.get(name) ?? name) : name));
    const parts = { checker: types.checker, old: types.old(oldPath), fresh: types.fresh(path) };
    for (const flow of flowsOf(change)) {
      const message = sourceBreak(flow, change, parts);
      if (message !== undefined) return { rule: ruleOf(flow, path), message };
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

/** Whether the change affects a type that handlers or clients use: that of a body or a parameter. */
function isTyped(change: WireChange, [root, section, ...path]: readonly string[]): boolean {
  // No code uses an added path, operation, component or media type.
  if (change.isAdded && (change.use.length <= 3 || change.use.at(-2) === "content")) return false;
  // Definitions, and parts of components other than schemas, are judged where an operation uses them.
  if (change.use.includes("$defs") || (root === "components" && section !== "schemas")) return false;
  return isTypeKeyword(change) && !path.includes("headers");
}

function isTypeKeyword({ keyword, use }: WireChange): boolean {
  if (keyword === "key") return use.at(-2) === "properties";
  if (keyword === "name") return use.at(-2) === "parameters";
  return keyword === undefined || TYPE_KEYWORDS.includes(keyword);
}

function ruleOf(flow: Flow, path: readonly string[]): string {
  const parameter = path.indexOf("parameters");
  if (parameter > 0) return `${path[parameter + 1]}-parameter-changed`;
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
  if (!fresh) return old?.property && `'${old.property.name}' was removed.`;
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
