import type { ContractDocument, Schema } from "../contract/document.ts";
import { resolve } from "../contract/document.ts";
import { didYouMean, nearest } from "../nearest.ts";

/** Shorter names are near to too many others. */
const MIN_LENGTH = 4;
/** Maximum number of different names that are kept. */
const MAX_NAMES = 100;

interface Place {
  /** For messages: the entry and the pointer in it. */
  where: string;
  /** The same for all entries and items. */
  place: string;
}

interface Described {
  properties: Record<string, Schema>;
  items: Schema | undefined;
}

/**
 * Finds members that the contract does not have and whose name is near to that of a member that is absent. They are kept
 * like all unknown members, so these are warnings.
 */
export function createSpellingCheck(document: ContractDocument) {
  const known = new Map<Schema, Described>();
  const found = new Map<string, { text: string; count: number }>();

  const describe = (schema: Schema): Described => {
    const described = known.get(schema) ?? describedBy(document, schema);
    known.set(schema, described);
    return described;
  };
  const report = (name: string, suggested: string, { where, place }: Place) => {
    const entry = found.get(`${place}/${name}`);
    if (entry) entry.count += 1;
    else if (found.size < MAX_NAMES) {
      const text = `${where}/${name}: the contract has no such member, so it is kept and has no effect.`;
      found.set(`${place}/${name}`, { text: text + didYouMean(suggested), count: 1 });
    }
  };
  const check = (value: unknown, schema: Schema, at: Place): void => {
    for (const { name, member, declared, suggested } of membersOf(value, describe(schema))) {
      if (declared) check(member, declared, inside(at, name, Array.isArray(value)));
      if (suggested !== undefined) report(name, suggested, at);
    }
  };
  return {
    /** `schema` is the name of a component. */
    check: (value: unknown, schema: string, where: string) =>
      check(value, document.components.schemas[schema] ?? {}, { where, place: schema }),
    /** One line for each misspelt name, with its first place. */
    warnings: (): string[] =>
      Array.from(found.values(), ({ text, count }) => (count === 1 ? text : `${text} It occurs ${count} times.`)),
  };
}

/** The members of an object or the items of an array, with their schema or a suggestion for their name. */
function membersOf(value: unknown, { properties, items = {} }: Described) {
  if (typeof value !== "object" || value === null) return [];
  if (Array.isArray(value))
    return value.map((member, index) => ({ name: String(index), member, declared: items, suggested: undefined }));
  return Object.entries(value).map(([name, member]) => {
    const declared = Object.hasOwn(properties, name) ? properties[name] : undefined;
    return { name, member, declared, suggested: declared ? undefined : suggestionFor(name, properties, value) };
  });
}

/** A near name that the value does not have. */
function suggestionFor(name: string, properties: Described["properties"], value: object): string | undefined {
  if (name.length < MIN_LENGTH) return undefined;
  return nearest(
    name,
    Object.keys(properties).filter((one) => !Object.hasOwn(value, one)),
  );
}

function inside({ where, place }: Place, name: string, isItem: boolean): Place {
  return { where: `${where}/${name}`, place: `${place}/${isItem ? "*" : name}` };
}

/** The properties and items of a schema and of all its alternatives. */
function describedBy(document: ContractDocument, schema: Schema): Described {
  const { properties = {}, items, allOf = [], anyOf = [], oneOf = [] } = resolve(document, schema) as SchemaParts;
  // In OpenAPI 3.1 a reference can have properties beside it.
  const { properties: own = {} } = schema as SchemaParts;
  const parts = [...allOf, ...anyOf, ...oneOf].map((part) => describedBy(document, part));
  return {
    properties: Object.assign({}, ...parts.map((part) => part.properties), properties, own),
    items: items ?? parts.find((part) => part.items)?.items,
  };
}

type SchemaParts = Partial<Record<"allOf" | "anyOf" | "oneOf", Schema[]>> & Partial<Described>;
