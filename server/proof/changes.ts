import type { Schema } from "../contract/document.ts";

/** Longer texts and arrays are not made. */
const MAX_LENGTH = 5_000;
/** Of texts that a pattern must reject: a pattern such as `^(a+)+$` takes twice the time for each character. */
const MAX_PATTERN_LENGTH = 20;

export interface Change {
  keyword: string;
  value: unknown;
  /** The place of the violation, in the value. */
  at?: string[];
}

/** The changes of the value itself: each may violate one keyword. */
export function changesOf(schema: Schema, value: unknown): Change[] {
  const named = ["enum", "const"].flatMap((keyword) =>
    keyword in schema ? [{ keyword, value: otherThan(value) }] : [],
  );
  const specific = () => {
    if (typeof value === "string") return textChanges(schema, value);
    if (typeof value === "number") return numberChanges(schema, value);
    if (Array.isArray(value)) return arrayChanges(schema, value);
    return value !== null && typeof value === "object" ? objectChanges(schema, value) : [];
  };
  return [...typeChange(schema), ...named, ...specific()];
}

/** Of each JSON type; texts first, because the values of parameters are texts. */
const OF_TYPE: readonly (readonly [string, unknown])[] = [
  ["string", "no value"],
  ["array", []],
  ["object", {}],
  ["boolean", true],
  ["number", 0.5],
];

function typeChange({ type }: Schema): Change[] {
  const types = [type].flat();
  const [, value] = OF_TYPE.find(([name]) => !types.includes(name)) ?? [];
  return type === undefined || value === undefined ? [] : [{ keyword: "type", value }];
}

function otherThan(value: unknown): unknown {
  if (typeof value === "string") return `${value.slice(0, MAX_PATTERN_LENGTH / 2)}-other`;
  return typeof value === "number" ? value + 0.5 : "other";
}

/** Few patterns match all of these texts. */
const TEXTS = ["~", " ", "", "0", "A", "a", "\u00e9", "no match!"];

function textChanges({ minLength, maxLength, pattern, format }: Schema, value: string): Change[] {
  const changes: Change[] = [];
  if (Number(minLength) > 0) changes.push({ keyword: "minLength", value: value.slice(0, Number(minLength) - 1) });
  if (Number(maxLength) < (pattern === undefined ? MAX_LENGTH : MAX_PATTERN_LENGTH))
    changes.push({ keyword: "maxLength", value: value.padEnd(Number(maxLength) + 1, "a") });
  if (typeof pattern === "string") {
    const expression = new RegExp(pattern, "u");
    const texts = value.length < MAX_PATTERN_LENGTH ? [`${value}~`, ...TEXTS] : TEXTS;
    for (const text of texts.filter((one) => !expression.test(one)).slice(0, 2)) {
      changes.push({ keyword: "pattern", value: text });
    }
  }
  if (format !== undefined) changes.push({ keyword: "format", value: "~ no format ~" });
  return changes;
}

function numberChanges(schema: Schema, value: number): Change[] {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema as Record<
    string,
    number | undefined
  >;
  const changes: [string, number | undefined][] = [
    ["minimum", minimum === undefined ? undefined : minimum - 1],
    ["maximum", maximum === undefined ? undefined : maximum + 1],
    ["exclusiveMinimum", exclusiveMinimum],
    ["exclusiveMaximum", exclusiveMaximum],
    ["multipleOf", multipleOf === undefined ? undefined : value + multipleOf / 2],
    ["type", schema.type === "integer" ? value + 0.5 : undefined],
  ];
  return changes.flatMap(([keyword, changed]) => (changed === undefined ? [] : [{ keyword, value: changed }]));
}

function arrayChanges({ minItems, maxItems, uniqueItems, items }: Schema, value: readonly unknown[]): Change[] {
  const [first] = value;
  const changes: Change[] = [];
  if (Number(minItems) > 0) changes.push({ keyword: "minItems", value: value.slice(0, Number(minItems) - 1) });
  if (Number(maxItems) < MAX_LENGTH && value.length > 0) {
    const length = Number(maxItems) + 1;
    changes.push({ keyword: "maxItems", value: Array.from({ length }, (_, index) => value[index] ?? first) });
  }
  if (uniqueItems === true && value.length > 0) changes.push({ keyword: "uniqueItems", value: [...value, first] });
  if (items === false) changes.push({ keyword: "items", value: [...value, "extra"] });
  return changes;
}

const UNKNOWN = "noSuchProperty";

function objectChanges(schema: Schema, value: object): Change[] {
  const required = (Array.isArray(schema.required) ? schema.required : []).filter((name) => Object.hasOwn(value, name));
  const without = (name: string) => Object.fromEntries(Object.entries(value).filter(([key]) => key !== name));
  const closed = ["additionalProperties", "unevaluatedProperties"].filter((keyword) => schema[keyword] === false);
  const { minProperties, maxProperties } = schema;
  const entries = Object.entries(value);
  const changes: Change[] = required.map((name) => ({ keyword: "required", at: [name], value: without(name) }));
  for (const keyword of closed) changes.push({ keyword, at: [UNKNOWN], value: { ...value, [UNKNOWN]: 1 } });
  if (Number(minProperties) > 0)
    changes.push({ keyword: "minProperties", value: Object.fromEntries(entries.slice(0, Number(minProperties) - 1)) });
  if (Number(maxProperties) < MAX_LENGTH) {
    const [[, any] = ["", ""]] = entries;
    const more = Array.from({ length: Number(maxProperties) + 1 }, (_, index) => [`key${index}`, any]);
    changes.push({ keyword: "maxProperties", value: { ...Object.fromEntries(more), ...value } });
  }
  return changes;
}
