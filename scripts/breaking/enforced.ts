import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { type ContractDocument, resolve, valueAt } from "../../server/contract/document.ts";
import type { Pointer } from "../generate/diagnostic.ts";
import type { Flow, WireChange } from "./change.ts";

export interface ChangeContext {
  /** Where the changed part is used. */
  flows: readonly Flow[];
  /** The new contract. */
  revision: ContractDocument;
}

type Verdict = Partial<Pick<WireChange, "wire" | "rule" | "message">>;
type Rule = (change: WireChange, { flows }: ChangeContext) => Verdict | undefined;

/** Rules for changes that the server and its validators judge differently from the differ; the first one that applies counts. */
const RULES: readonly Rule[] = [
  requiredBodyAdded,
  headerBecameOptional,
  becameReadOnly,
  becameWriteOnly,
  countOfContains,
  dependentRequired,
  patternProperties,
  condition,
  annotation,
];

/** The change with the verdict of what the server enforces. */
export function withEnforcedVerdict(change: WireChange, context: ChangeContext): WireChange {
  for (const rule of RULES) {
    const verdict = rule(change, context);
    if (verdict) return { ...change, ...verdict };
  }
  return change;
}

function breaking(rule: string, message: string): Verdict {
  return { wire: "major", rule, message };
}

function requiredBodyAdded({ use, keyword, place, isRemoved }: WireChange, { revision }: ChangeContext) {
  if (keyword !== undefined || isRemoved || use.at(-1) !== "requestBody") return undefined;
  const body = resolve(revision, Object(valueAt(revision, place)));
  return body.required === true
    ? breaking("request-body-became-required", "A required request body was added.")
    : undefined;
}

function headerBecameOptional({ use, keyword, from }: WireChange) {
  if (keyword !== "required" || from !== true || use.at(-2) !== "headers" || !use.includes("responses"))
    return undefined;
  return breaking("response-header-became-optional", `The response header '${use.at(-1)}' is no longer always sent.`);
}

function becameReadOnly({ use, keyword, from, to, place }: WireChange, { flows, revision }: ChangeContext) {
  if (keyword !== "readOnly" || !flows.includes("request")) return undefined;
  const name = use.at(-1);
  if (to === true) return breaking("property-became-read-only", `Requests can no longer contain '${name}'.`);
  // A required property is not demanded from requests while it is read-only.
  const owner = Object(valueAt(revision, place.slice(0, place.lastIndexOf("properties"))));
  if (from !== true || !owner.required?.includes(name)) return undefined;
  return breaking("required-properties-added", `Requests must contain '${name}'.`);
}

function becameWriteOnly({ use, keyword, to }: WireChange, { flows }: ChangeContext) {
  if (keyword !== "writeOnly" || to !== true || !flows.includes("response")) return undefined;
  return breaking("property-became-write-only", `Responses no longer contain '${use.at(-1)}'.`);
}

function countOfContains({ keyword, from, to }: WireChange, { flows }: ChangeContext): Verdict | undefined {
  const isMinimum = keyword === "minContains";
  if (!isMinimum && keyword !== "maxContains") return undefined;
  const none = isMinimum ? 1 : Infinity;
  const isStricter = Number(to ?? none) > Number(from ?? none) === isMinimum;
  if (!flows.includes(isStricter ? "request" : "response")) return undefined;
  return { wire: "major", rule: "schema-constraint-changed" };
}

function dependentRequired({ use, keyword, from, to }: WireChange, { flows }: ChangeContext) {
  if (use.at(-1) !== "dependentRequired" || keyword === undefined) return undefined;
  const [before, after] = [from, to].map((names) => new Set(Array.isArray(names) ? names : [])) as [
    Set<string>,
    Set<string>,
  ];
  const isStricter = !after.isSubsetOf(before) && flows.includes("request");
  const isLooser = !before.isSubsetOf(after) && flows.includes("response");
  const message = `The properties that '${keyword}' requires changed.`;
  return { rule: "schema-constraint-changed", message, wire: isStricter || isLooser ? "major" : "minor" } as const;
}

function patternProperties({ use, keyword, isRemoved }: WireChange, { flows }: ChangeContext) {
  const isPart = keywordsIn(use).at(-1) === "patternProperties";
  if (!isPart || keyword !== undefined || !flows.includes(isRemoved ? "response" : "request")) return undefined;
  const message = `'patternProperties' was ${isRemoved ? "removed" : "added"}.`;
  return breaking("schema-constraint-changed", message);
}

const ANNOTATIONS = ["$comment", "default", "deprecated", "description", "example", "examples", "title"];

/** The effect of a change in a negation or a condition is not computed. */
function condition({ use, keyword = "", wire }: WireChange) {
  const found = keywordsIn(use).find((name) => name === "not" || name === "if");
  // The differ judges a condition that was added or removed as a whole.
  const isWhole = use.at(-1) === found && keyword === "";
  if (found === undefined || isWhole || wire === "major" || ANNOTATIONS.includes(keyword)) return undefined;
  return breaking("schema-condition-changed", `'${keyword || use.at(-1)}' changed inside '${found}'.`);
}

const FORMATS = addFormats.default(new Ajv2020()).formats;
const isChecked = (format: unknown) => typeof format === "string" && typeof (FORMATS[format] ?? true) !== "boolean";

/** A keyword that no validator checks. */
function annotation({ keyword, from, to }: WireChange): Verdict | undefined {
  const isFormat = keyword === "format" && !isChecked(from) && !isChecked(to);
  if (!isFormat && keyword !== "contentEncoding" && keyword !== "contentMediaType") return undefined;
  return { wire: "patch", rule: `${keyword}-modified` };
}

const NAMED = [
  "properties",
  "patternProperties",
  "dependentSchemas",
  "$defs",
  "headers",
  "content",
  "responses",
  "paths",
];

/** The path without the names that a contract chooses. */
function keywordsIn(use: Pointer): Pointer {
  return use.filter((_, index) => !NAMED.includes(String(use[index - 1])));
}
