import fc from "fast-check";
import { API, CONNECTION } from "../../helpers/stub.ts";
import { type Edit, edited, jsonOf, written } from "./json-edits.ts";

export type Body = string | Uint8Array;

const EMOJI = "\u{1f600}";

/** Values say "planted", for no refusal may repeat them; names of members don't, for a pointer may hold them. */
const plantedText = fc.string({ unit: "binary", maxLength: 12 }).map((text) => `planted${text}`);

/** Texts at and around every limit on a length, in characters that take one, two and three bytes or two UTF-16 units. */
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

const groups = fc.array(fc.oneof(fc.constantFrom("engineers", " engineers ", "viewers", ""), text), { maxLength: 4 });

/** More than a user may have, even after edits; all of one key they are none too many. */
const crowd = fc.tuple(fc.boolean(), fc.integer({ min: 1_010, max: 2_000 })).map(([isOne, length]) => {
  return Array.from({ length }, (_, index) => ({ key: isOne ? "crowd" : `crowd-${index}`, value: `planted-${index}` }));
});

const someAttributes = fc.array(fc.record({ key, value: fc.option(text) }, { requiredKeys: ["key"] }), {
  maxLength: 5,
});

const validBody = fc.record(
  {
    audience: fc.oneof({ weight: 4, arbitrary: fc.constant(API) }, { weight: 1, arbitrary: plantedText }),
    attributes: fc.oneof({ weight: 60, arbitrary: someAttributes }, { weight: 1, arbitrary: crowd }),
    connection: fc.record(
      {
        connectionId: fc.oneof(
          { weight: 6, arbitrary: fc.constant(CONNECTION) },
          { weight: 1, arbitrary: fc.constant("planted") },
        ),
        groups: fc.option(groups),
      },
      { requiredKeys: ["connectionId"] },
    ),
    clientUpnKey: fc.option(text),
  },
  { requiredKeys: ["audience", "attributes", "connection"] },
);

const deepText = fc
  .tuple(
    fc.constantFrom(["[", "1", "]"], ['{"a":', "1", "}"], ["[", '"planted\\u0000"', "]"]),
    fc.constantFrom(20, 600, 5_000, 30_000),
  )
  .map(([[open = "", core = "", close = ""], depth]) => open.repeat(depth) + core + close.repeat(depth));

/** Thousands of items that are no attributes, or only in part. */
const crowdText = fc
  .tuple(fc.constantFrom('"planted"', "null", "{}", '{"key":"crowd"}'), fc.integer({ min: 1_000, max: 4_000 }))
  .map(([item, length]) => `[${Array(length).fill(item).join()}]`);

const ODD_TEXTS = [
  ...["null", "true", "0", "-0", "1e400", "-1e400", "9007199254740993", '""', '" "', "[]", "{}", "[null]", "[[]]"],
  ...['{"__proto__":{"polluted":true}}', '{"constructor":{"prototype":{"polluted":true}}}', '{"toJSON":"planted"}'],
  ...['"planted\\u0000"', '"planted\\ud800"', '"\\udfff planted"', '"\\ud83d\\ude00"', '{"\\u0000":1}'],
  ...['{"key":"site"}', '{"key":"site","value":1}', '{"key":"","value":null}', '{"connectionId":"planted"}', "planted"],
];

/** JSON text, or nearly, to put into a body. */
const fragment = fc.oneof(
  { weight: 10, arbitrary: fc.constantFrom(...ODD_TEXTS) },
  { weight: 6, arbitrary: text.map((value) => JSON.stringify(value)) },
  { weight: 3, arbitrary: fc.json({ stringUnit: "binary" }) },
  { weight: 1, arbitrary: deepText },
  { weight: 1, arbitrary: crowdText },
);

const edit: fc.Arbitrary<Edit> = fc.record({
  at: fc.nat({ max: 30 }),
  kind: fc.constantFrom("leave out", "replace", "repeat", "add"),
  name: fc.constantFrom(
    ...["audience", "attributes", "connection", "clientUpnKey", "connectionId", "groups", "key", "value", "Audience"],
    ...["__proto__", "constructor", "prototype", "toJSON", "a/b~c", "", "x\0", "x\ud800"],
  ),
  text: fragment,
});

const FRONTS = ["\ufeff", "\ufeff\ufeff", " \n", "{}", "planted"];
const BACKS = ["\0", " ", "]", "// planted"];
const BYTES = ["ff", "c0af", "eda080", "e28d", "f4908080", "00", "0a"];

type Accident = (document: string) => Body;

function broken(at: number, hex: string): Accident {
  return (document) => {
    const bytes = Buffer.from(document);
    return Buffer.concat([bytes.subarray(0, at), Buffer.from(hex, "hex"), bytes.subarray(at)]);
  };
}

/** What can go wrong between a document and its bytes; mostly nothing. */
const accident: fc.Arbitrary<Accident> = fc.oneof(
  { weight: 60, arbitrary: fc.constant<Accident>((document) => document) },
  {
    weight: 5,
    arbitrary: fc.constantFrom<Accident[]>(...FRONTS.map((front) => (document: string) => front + document)),
  },
  { weight: 5, arbitrary: fc.constantFrom<Accident[]>(...BACKS.map((back) => (document: string) => document + back)) },
  {
    weight: 5,
    arbitrary: fc.nat(400).map(
      (length): Accident =>
        (document) =>
          document.slice(0, length),
    ),
  },
  { weight: 5, arbitrary: fc.tuple(fc.nat(400), fc.constantFrom(...BYTES)).map(([at, hex]) => broken(at, hex)) },
  { weight: 1, arbitrary: fc.constant<Accident>((document) => document.padEnd(262_145)) },
);

/** Valid bodies after none, one or two edits and perhaps an accident. */
export const mutatedBody: fc.Arbitrary<Body> = fc
  .tuple(validBody, fc.array(edit, { maxLength: 2 }), accident)
  .map(([body, edits, happen]) => happen(written(edits.reduce(edited, jsonOf(body)))));

const TOKENS = [
  ...["{", "}", "[", "]", ",", ":", '"audience":', '"attributes":[', '"connection":{', '"connectionId":', '"planted"'],
  ...["null", "1e400", "-", '"\\u0000"', '"\\ud800"', '"planted', "\\", "\ufeff", "NaN", "'", "//", "\n"],
];

/** JSON, text and bytes that know nothing of the contract, or only its words. */
export const anyBody: fc.Arbitrary<Body> = fc.oneof(
  fc.json({ stringUnit: "binary" }),
  fc
    .dictionary(fc.constantFrom("audience", "attributes", "connection", "clientUpnKey"), fc.jsonValue())
    .map((value) => {
      return JSON.stringify(value);
    }),
  fc.string({ unit: "binary" }),
  fc.array(fc.constantFrom(...TOKENS)).map((tokens) => tokens.join("")),
  fc.uint8Array(),
  fc.tuple(fragment, accident).map(([document, happen]) => happen(document)),
);
