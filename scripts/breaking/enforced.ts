import {
  type ContractDocument,
  type ParameterObject,
  resolve,
  schemaOf,
  valueAt,
} from "../../server/contract/document.ts";
import { textSchema } from "../../server/contract/parameter-schema.ts";
import type { WireChange } from "./change.ts";

type Verdict = Pick<WireChange, "wire" | "rule" | "message">;

/** Rules for changes outside of schemas that the server judges differently from the differ; the first one that applies counts. */
const RULES: readonly ((change: WireChange, revision: ContractDocument) => Verdict | undefined)[] = [
  requiredBodyAdded,
  headerBecameOptional,
  sameSerialization,
];

/** The change with the verdict of what the server enforces in a new contract. */
export function withEnforcedVerdict(change: WireChange, revision: ContractDocument): WireChange {
  for (const rule of RULES) {
    const verdict = rule(change, revision);
    if (verdict) return { ...change, ...verdict };
  }
  return change;
}

function requiredBodyAdded({ use, keyword, place, isRemoved }: WireChange, revision: ContractDocument) {
  if (keyword !== undefined || isRemoved || use.at(-1) !== "requestBody") return undefined;
  const body = resolve(revision, Object(valueAt(revision, place)));
  if (body.required !== true) return undefined;
  const message = "A required request body was added.";
  return { wire: "major", rule: "request-body-became-required", message } as const;
}

function headerBecameOptional({ use, keyword, from }: WireChange) {
  if (keyword !== "required" || from !== true || use.at(-2) !== "headers" || !use.includes("responses"))
    return undefined;
  const message = `The response header '${use.at(-1)}' is no longer always sent.`;
  return { wire: "major", rule: "response-header-became-optional", message } as const;
}

/** Encoded values are accepted where others are, and the separator of lists has no effect on single values. */
function sameSerialization({ use, keyword = "", place, to }: WireChange, revision: ContractDocument) {
  if (use.at(-2) !== "parameters") return undefined;
  const message = `The parameter accepts the same values with another '${keyword}'.`;
  const rule = `${keyword}-modified`;
  if (keyword === "allowReserved" && to === true) return { wire: "minor", rule, message } as const;
  if (keyword !== "explode" && keyword !== "style") return undefined;
  const pointer = place.at(-1) === keyword ? place.slice(0, -1) : place;
  const { schema = {} }: Partial<ParameterObject> = Object(valueAt(revision, pointer));
  return textSchema(revision, schemaOf(schema)).type === "array"
    ? undefined
    : ({ wire: "patch", rule, message } as const);
}
