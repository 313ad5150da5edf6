/** JSON as it is written, so that what no value can hold has a place in it: a member twice, -0, 1e400. */
export type Json = string | { members: [name: string, value: Json][] } | { items: Json[] };

export interface Edit {
  /** Which place, counted from the outside in; beyond the last one it begins again. */
  at: number;
  kind: "leave out" | "replace" | "repeat" | "add";
  /** Name of a member that is added. */
  name: string;
  /** JSON text of what comes in. */
  text: string;
}

export function jsonOf(value: unknown): Json {
  if (Array.isArray(value)) return { items: value.map(jsonOf) };
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  return { members: Object.entries(value).map(([name, inner]) => [name, jsonOf(inner)]) };
}

export function written(json: Json): string {
  if (typeof json === "string") return json;
  if ("items" in json) return `[${json.items.map(written).join()}]`;
  return `{${json.members.map(([name, value]) => `${JSON.stringify(name)}:${written(value)}`).join()}}`;
}

export function edited(root: Json, { at, ...change }: Edit): Json {
  const all = places(root, ([first = ""]) => first);
  const place = all[at % all.length];
  return place ? place.put(changed(place.json, change)) : root;
}

interface Place {
  json: Json;
  /** The document with none, one or several values here. */
  put: (values: Json[]) => Json;
}

function places(json: Json, put: Place["put"]): Place[] {
  if (typeof json === "string") return [{ json, put }];
  const inner =
    "items" in json
      ? json.items.map((item, index) => {
          return places(item, (values) => put([{ items: json.items.toSpliced(index, 1, ...values) }]));
        })
      : json.members.map(([name, value], index) => {
          const named = (values: Json[]) => values.map((one): [string, Json] => [name, one]);
          return places(value, (values) => put([{ members: json.members.toSpliced(index, 1, ...named(values)) }]));
        });
  return [{ json, put }, ...inner.flat()];
}

function changed(json: Json, { kind, name, text }: Omit<Edit, "at">): Json[] {
  if (kind === "leave out") return [];
  if (kind === "repeat") return [json, text];
  if (kind === "replace" || typeof json === "string") return [text];
  return "items" in json ? [{ items: [...json.items, text] }] : [{ members: [...json.members, [name, text]] }];
}
