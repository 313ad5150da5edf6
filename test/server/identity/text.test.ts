import { expect, test } from "vitest";
import { codePointLength, compareCodePoints, isBlank, unstorableText } from "../../../server/identity/text.ts";
import { API, put, signIn, startStubWithClient } from "../../helpers/stub.ts";
import { custom, groupsOf, pointersOf, syncOf } from "./samples.ts";

const NUL = "\u0000";
const [HIGH, LOW] = ["\ud83d", "\ude00"];

test("text is compared by code point", () => {
  const ordered = [
    ...["", "A", "AB", "B", "a", "\u007f", "\u0080", "\u07ff", "\u0800", "\ud7ff", "\ue000", "\ufffd", "\uffff"],
    ...["\u{10000}", "\u{1f5ff}", "\u{1f600}", "\u{1f600}a", "\u{1f600}\uffff", "\u{1f600}\u{1f600}", "\u{10ffff}"],
  ];

  expect(ordered.toReversed().sort(compareCodePoints)).toEqual(ordered);
  for (const [index, text] of ordered.entries()) {
    const signs = ordered.map((other) => Math.sign(compareCodePoints(text, other)));
    expect(signs).toEqual(ordered.map((_, other) => Math.sign(index - other)));
  }
});

test("the length of text is its number of code points", () => {
  expect(["", "abc", "Zoe\u0308", "\u{1f600}", "\u{1f468}\u200d\u{1f469}"].map(codePointLength)).toEqual([
    0, 3, 4, 1, 3,
  ]);
});

test("only null, undefined and white space are blank", () => {
  expect([null, undefined, "", " ", "\t\r\n", "\u00a0"].filter((text) => !isBlank(text))).toEqual([]);
  expect(["0", "null", " x ", "\u200b"].filter(isBlank)).toEqual([]);
});

test.each([
  { value: "plain \u{1f600} \ufffd \u0001", pointers: [] },
  { value: NUL, pointers: [""] },
  { value: { a: [`x${NUL}`, "y", { b: HIGH }] }, pointers: ["/a/0", "/a/2/b"] },
  { value: { text: LOW, other: `${LOW}${HIGH}` }, pointers: ["/text", "/other"] },
  { value: { "a/b": { "m~n": NUL, "~1": NUL, "": NUL, " ": NUL } }, pointers: pointersUnder("/a~1b") },
  { value: { [`k${NUL}`]: "fine" }, pointers: [""] },
  { value: { list: [{ [HIGH]: NUL }] }, pointers: ["/list/0"] },
  { value: { list: [{ [HIGH]: 1, [LOW]: 2, x: NUL }] }, pointers: ["/list/0", "/list/0/x"] },
  { value: [null, true, 0, "", {}, []], pointers: [] },
  { value: JSON.parse('{"__proto__":{"constructor":"\\u0000"}}'), pointers: ["/__proto__/constructor"] },
])("text with U+0000 or lone surrogates is reported by pointer: $pointers", ({ value, pointers }) => {
  expect(unstorableText(value).sort()).toEqual([...pointers].sort());
});

function pointersUnder(parent: string): string[] {
  return ["m~0n", "~01", "", " "].map((name) => `${parent}/${name}`);
}

test("unstorable text is found at a depth of 60,000 levels", () => {
  const levels = 60_000;
  const deep: unknown = JSON.parse(`${"[".repeat(levels)}"\\u0000"${"]".repeat(levels)}`);

  expect(unstorableText(deep)).toEqual(["/0".repeat(128)]);
});

test("all unstorable values of an array are found", () => {
  const list = Array.from({ length: 5_000 }, (_, index) => (index % 2 === 0 ? NUL : "fine"));

  expect(unstorableText({ list })).toHaveLength(2_500);
});

test("text is stored as sent: control characters, line separators, direction marks, Unicode forms", async () => {
  const values = [
    "a\r\nb",
    "\u001b[31m",
    "\u2028\u2029",
    "\u202eabc",
    "\ufeffbom",
    "\ufffd",
    "\u{1f468}\u200d\u{1f469}",
  ];
  values.push("Zoe\u0308", "Zo\u00eb");
  const attributes = values.map((value) => ({ key: `a${value}`, value }));
  const groups = values.map((value) => `x${value}x`).sort(compareCodePoints);

  const request = signIn({ groups, attributes: [...attributes, { key: "nickname", value: "Zoe\u0308" }] });
  const { result, stored } = await syncOf({}, request);

  const expected = attributes.map(({ key, value }) => [key, value]);
  expect([custom(result.user), custom(stored)]).toEqual([expected, expected]);
  expect([groupsOf(stored), stored?.nickname]).toEqual([[groups], "Zoe\u0308"]);
});

const good = JSON.stringify(signIn({ groups: ["GROUP"], attributes: { KEY: "VALUE" }, clientUpnKey: "UPN" }));

test.each([
  { place: API, pointer: "/audience" },
  { place: "KEY", pointer: "/attributes/0/key" },
  { place: "VALUE", pointer: "/attributes/0/value" },
  { place: "GROUP", pointer: "/connection/groups/0" },
  { place: "con_acme-ad", pointer: "/connection/connectionId" },
  { place: "UPN", pointer: "/clientUpnKey" },
])("U+0000 and lone surrogates at $pointer are a 400", async ({ place, pointer }) => {
  const { server } = await startStubWithClient();
  const before = await server.user("u-ada");

  for (const written of ["\\u0000", "a\\ud83d", "\\ude00b", "\\uDE00\\uD83D"]) {
    const response = await put(server, { body: good.replace(place, written) });
    expect(await pointersOf(response)).toEqual([pointer]);
  }
  expect(await server.user("u-ada")).toEqual(before);
});

test("unstorable text in unknown members is a 400 too, and all places are reported at once", async () => {
  const { server } = await startStubWithClient();
  const extra = `{"extra~/":["\\u0000",{"\\ud83d":1}],${good.slice(1).replace("VALUE", "\\ude00")}`;

  const response = await put(server, { body: extra });

  expect(await pointersOf(response)).toEqual(["/attributes/0/value", "/extra~0~1/0", "/extra~0~1/1"]);
});

test("a surrogate pair written as two escapes is stored as one character", async () => {
  const { server } = await startStubWithClient();

  const response = await put(server, { body: good.replace("VALUE", "\\ud83d\\ude00 \\\\u0000") });

  expect(response.status).toBe(200);
  expect(custom(await server.user("u-ada"))).toEqual([["KEY", "\u{1f600} \\u0000"]]);
});

test.each([
  ["a stray byte", [0xff]],
  ["an incomplete character", [0xe2, 0x82]],
  ["an overlong form", [0xc0, 0xaf]],
  ["an encoded surrogate", [0xed, 0xa0, 0x80]],
])("%s is not UTF-8 and is a 400", async (_, bytes) => {
  const { server } = await startStubWithClient();
  const [start = "", end = ""] = good.split("VALUE");
  const before = await server.user("u-ada");

  const body = Buffer.concat([Buffer.from(start), Buffer.from(bytes), Buffer.from(end)]);

  expect(await pointersOf(await put(server, { body }))).toEqual([""]);
  expect(await server.user("u-ada")).toEqual(before);
});
