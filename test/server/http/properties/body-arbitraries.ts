import fc from "fast-check";
import { API, CONNECTION } from "../../../helpers/stub.ts";

export type Body = string | Uint8Array;

const EMOJI = "\u{1f600}";

/** Values contain "planted", because no error response may repeat them; names of members do not, because a pointer may. */
const plantedText = fc.string({ unit: "binary", maxLength: 12 }).map((text) => `planted${text}`);

/** Texts at and around every length limit, in characters of one, two and three bytes and of two UTF-16 units. */
const longText = fc
  .tuple(fc.constantFrom("x", "\u00eb", "\u2028", EMOJI), fc.constantFrom(99, 100, 101, 200, 201, 250, 251, 255, 256))
  .map(([character, length]) => "planted".padEnd(7 + (length - 7) * character.length, character));

const text = fc.oneof(
  { weight: 6, arbitrary: plantedText },
  { weight: 2, arbitrary: longText },
  { weight: 1, arbitrary: fc.constantFrom("", " ", "\ufeffplanted", "planted\0", "planted\ud800", "\udc00planted") },
  { weight: 1, arbitrary: fc.constant("planted".repeat(1_500)) },
);

const key = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom("department", "costCenter", "site", "title", "manager") },
  { weight: 2, arbitrary: fc.constantFrom("given_name", "familyName", "NAME", "nickname", "picture", "locale") },
  { weight: 1, arbitrary: fc.constantFrom("email", "roles", "createdBy", "isActive") },
  { weight: 2, arbitrary: fc.constantFrom("__proto__", "constructor", "toJSON", "toString", "then", "hasOwnProperty") },
  { weight: 1, arbitrary: text },
);

/** More attributes than a user may have, with one key or with different keys. */
const manyAttributes = fc.tuple(fc.boolean(), fc.integer({ min: 1_010, max: 2_000 })).map(([isOneKey, length]) => {
  return Array.from({ length }, (_, index) => ({
    key: isOneKey ? "many" : `many-${index}`,
    value: `planted-${index}`,
  }));
});

const attributes = fc.oneof(
  {
    weight: 60,
    arbitrary: fc.array(fc.record({ key, value: fc.option(text) }, { requiredKeys: ["key"] }), { maxLength: 5 }),
  },
  { weight: 1, arbitrary: manyAttributes },
);
const group = fc.oneof(fc.constantFrom("engineers", " engineers ", "viewers", ""), text);

/** Mostly `usual`. */
function usually(usual: string, other: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.oneof({ weight: 5, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: other });
}

const validBody = fc.record(
  {
    audience: usually(API, plantedText),
    attributes,
    connection: fc.record(
      {
        connectionId: usually(CONNECTION, fc.constant("planted")),
        groups: fc.option(fc.array(group, { maxLength: 4 })),
      },
      { requiredKeys: ["connectionId"] },
    ),
    clientUpnKey: fc.option(text),
  },
  { requiredKeys: ["audience", "attributes", "connection"] },
);

const deepText = fc
  .tuple(fc.constantFrom("[1]", '{"a":1}', '["planted\\u0000"]'), fc.constantFrom(20, 600, 5_000, 30_000))
  .map(([json, depth]) => {
    const [, open = "", core = "", close = ""] = /^(\[|\{"a":)(.*)([\]}])$/.exec(json) ?? [];
    return open.repeat(depth) + core + close.repeat(depth);
  });

/** Thousands of items that are not attributes, or incomplete ones. */
const manyItemsText = fc
  .tuple(fc.constantFrom('"planted"', "null", "{}", '{"key":"many"}'), fc.integer({ min: 1_000, max: 4_000 }))
  .map(([item, length]) => `[${Array(length).fill(item).join()}]`);

const UNUSUAL_TEXTS = [
  ...["null", "true", "0", "-0", "1e400", "-1e400", "9007199254740993", '""', '" "', "[]", "{}", "[null]", "[[]]"],
  ...['{"__proto__":{"polluted":true}}', '{"constructor":{"prototype":{"polluted":true}}}', '{"toJSON":"planted"}'],
  ...['"planted\\u0000"', '"planted\\ud800"', '"\\udfff planted"', '"\\ud83d\\ude00"', '{"\\u0000":1}'],
  ...['{"key":"site"}', '{"key":"site","value":1}', '{"key":"","value":null}', '{"connectionId":"planted"}', "planted"],
];

/** JSON text, some of it invalid, to insert into a body. */
const fragment = fc.oneof(
  { weight: 10, arbitrary: fc.constantFrom(...UNUSUAL_TEXTS) },
  { weight: 6, arbitrary: text.map((value) => JSON.stringify(value)) },
  { weight: 3, arbitrary: fc.json({ stringUnit: "binary" }) },
  { weight: 1, arbitrary: deepText },
  { weight: 1, arbitrary: manyItemsText },
);

const edit = fc.record({
  /** Which value of the body, counted from the outside in. */
  at: fc.nat({ max: 20 }),
  kind: fc.constantFrom("remove", "replace", "repeat", "add"),
  /** Name of an added member. */
  name: fc.constantFrom(
    ...["audience", "attributes", "connection", "clientUpnKey", "connectionId", "groups", "key", "value", "Audience"],
    ...["__proto__", "constructor", "prototype", "toJSON", "a/b~c", "", "x\0", "x\ud800"],
  ),
  text: fragment,
});
type Edit = typeof edit extends fc.Arbitrary<infer T> ? T : never;

/** The JSON text of a body after edits. Markers are replaced by text that JSON.stringify can't write: a repeated member, 1e400. */
function edited(body: unknown, edits: readonly Edit[]): string {
  const texts: string[] = [];
  const marker = (replacement: string) => `@${texts.push(replacement) - 1}@`;
  let index = 0;
  const json = JSON.stringify(body, function (name, value) {
    const change = edits.find(({ at }) => at === index);
    index += 1;
    const label = Array.isArray(this) ? "" : `${JSON.stringify(name)}:`;
    return change ? editedValue(value, label, change, marker) : value;
  });
  return (json ?? "").replace(/"@(\d+)@"/g, (_, number) => texts[Number(number)] ?? "");
}

function editedValue(value: unknown, label: string, { kind, name, text }: Edit, marker: (text: string) => string) {
  if (kind === "remove") return undefined;
  if (kind === "repeat") return marker(`${JSON.stringify(value)},${label}${text}`);
  if (kind === "replace" || value === null || typeof value !== "object") return marker(text);
  return Array.isArray(value) ? [...value, marker(text)] : { ...value, [name]: marker(text) };
}

type Corrupt = (text: string) => Body;

/** Corrupts a few of the texts when they are encoded. */
const corruption: fc.Arbitrary<Corrupt> = fc.oneof(
  { weight: 60, arbitrary: fc.constant<Corrupt>((json) => json) },
  ...[
    fc.constantFrom("\ufeff", "\ufeff\ufeff", " \n", "{}", "planted").map(
      (front): Corrupt =>
        (json) =>
          front + json,
    ),
    fc.constantFrom("\0", " ", "]", "// planted").map(
      (back): Corrupt =>
        (json) =>
          json + back,
    ),
    fc.nat(400).map(
      (length): Corrupt =>
        (json) =>
          json.slice(0, length),
    ),
    fc.tuple(fc.nat(400), fc.constantFrom("ff", "c0af", "eda080", "e28d", "f4908080", "00", "0a")).map(
      ([at, hex]): Corrupt =>
        (json) => {
          const bytes = Buffer.from(json);
          return Buffer.concat([bytes.subarray(0, at), Buffer.from(hex, "hex"), bytes.subarray(at)]);
        },
    ),
  ].map((arbitrary) => ({ weight: 5, arbitrary })),
  { weight: 1, arbitrary: fc.constant<Corrupt>((json) => json.padEnd(262_145)) },
);

/** Valid bodies after up to two edits, a few of them corrupted. */
export const mutatedBody: fc.Arbitrary<Body> = fc
  .tuple(validBody, fc.array(edit, { maxLength: 2 }), corruption)
  .map(([body, edits, corrupt]) => corrupt(edited(body, edits)));
