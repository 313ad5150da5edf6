import { expect, test } from "vitest";
import { codePointLength, compareCodePoints, isBlank, unstorableText } from "../../../server/identity/text.ts";
import { API, put, signIn, startStubWithClient } from "../../helpers/stub.ts";
import { custom, groupsOf, pointersOf } from "./samples.ts";

const NUL = "\u0000";
const HIGH = "\ud83d";
const LOW = "\ude00";

test("text is ordered by code point", () => {
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

test("the length of text is counted in code points", () => {
  expect(["", "abc", "Zoe\u0308", "\u{1f600}", "\u{1f468}\u200d\u{1f469}"].map(codePointLength)).toEqual([
    0, 3, 4, 1, 3,
  ]);
});

test("null, undefined and white space are blank, everything else is not", () => {
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
])("text that can't be stored is found where it stands: $pointers", ({ value, pointers }) => {
  expect(unstorableText(value).sort()).toEqual([...pointers].sort());
});

function pointersUnder(parent: string): string[] {
  return ["m~0n", "~01", "", " "].map((name) => `${parent}/${name}`);
}

test("60,000 levels do not overflow the stack", () => {
  const levels = 60_000;
  const deep: unknown = JSON.parse(`${"[".repeat(levels)}"\\u0000"${"]".repeat(levels)}`);

  expect(unstorableText(deep)).toEqual(["/0".repeat(128)]);
});

test("many broken values in one list are all found", () => {
  const list = Array.from({ length: 5_000 }, (_, index) => (index % 2 === 0 ? NUL : "fine"));

  expect(unstorableText({ list })).toHaveLength(2_500);
});

test("text is stored as sent: control characters, line separators, marks of direction", async () => {
  const { server, client } = await startStubWithClient();
  const values = [
    "a\r\nb",
    "\u001b[31m",
    "\u2028\u2029",
    "\u202eabc",
    "\ufeffbom",
    "\ufffd",
    "\u{1f468}\u200d\u{1f469}",
  ];
  const attributes = values.map((value, index) => ({ key: `a${index}${value}`, value }));

  const { user } = await client.syncUserIdentity("u-ada", signIn({ groups: [`x${values.join("x")}x`], attributes }));

  const expected = attributes.map(({ key, value }) => [key, value]);
  expect([custom(user), custom(await server.user("u-ada"))]).toEqual([expected, expected]);
  expect(groupsOf(await server.user("u-ada"))).toEqual([[`x${values.join("x")}x`]]);
});

test("text is not normalised: two forms of one name are two attributes and two groups", async () => {
  const { server, client } = await startStubWithClient();
  const [composed, decomposed] = ["Zo\u00eb", "Zoe\u0308"];

  const attributes = { [composed]: decomposed, [decomposed]: composed, nickname: decomposed };
  await client.syncUserIdentity("u-ada", signIn({ groups: [composed, decomposed], attributes }));

  const stored = await server.user("u-ada");
  expect(custom(stored)).toEqual([
    [composed, decomposed],
    [decomposed, composed],
  ]);
  expect(stored?.nickname).toBe(decomposed);
  expect(groupsOf(stored)).toEqual([[decomposed, composed]]);
});

const good = JSON.stringify(signIn({ groups: ["GROUP"], attributes: { KEY: "VALUE" }, clientUpnKey: "UPN" }));

test.each([
  { place: API, pointer: "/audience" },
  { place: "KEY", pointer: "/attributes/0/key" },
  { place: "VALUE", pointer: "/attributes/0/value" },
  { place: "GROUP", pointer: "/connection/groups/0" },
  { place: "con_acme-ad", pointer: "/connection/connectionId" },
  { place: "UPN", pointer: "/clientUpnKey" },
])("U+0000 and lone surrogates are refused at $pointer", async ({ place, pointer }) => {
  const { server } = await startStubWithClient();
  const before = await server.user("u-ada");

  for (const written of ["\\u0000", "a\\ud83d", "\\ude00b", "\\uDE00\\uD83D"]) {
    const response = await put(server, { body: good.replace(place, written) });
    expect(await pointersOf(response)).toEqual([pointer]);
  }
  expect(await server.user("u-ada")).toEqual(before);
});

test("unknown members are no way round, and all places are reported at once", async () => {
  const { server } = await startStubWithClient();
  const extra = `{"extra~/":["\\u0000",{"\\ud83d":1}],${good.slice(1).replace("VALUE", "\\ude00")}`;

  const response = await put(server, { body: extra });

  const pointers = await pointersOf(response);
  expect(pointers.sort()).toEqual(["/attributes/0/value", "/extra~0~1/0", "/extra~0~1/1"]);
});

test("a pair of escapes that makes one character is stored", async () => {
  const { server } = await startStubWithClient();

  const response = await put(server, { body: good.replace("VALUE", "\\ud83d\\ude00 \\\\u0000") });

  expect(response.status).toBe(200);
  expect(custom(await server.user("u-ada"))).toEqual([["KEY", "\u{1f600} \\u0000"]]);
});

for (const { what, bytes } of [
  { what: "a stray byte", bytes: [0xff] },
  { what: "a character cut off", bytes: [0xe2, 0x82] },
  { what: "an overlong form", bytes: [0xc0, 0xaf] },
  { what: "a surrogate in bytes", bytes: [0xed, 0xa0, 0x80] },
]) {
  test(`${what} is not UTF-8 and is refused`, async () => {
    const { server } = await startStubWithClient();
    const [start = "", end = ""] = good.split("VALUE");
    const before = await server.user("u-ada");

    const response = await put(server, {
      body: Buffer.concat([Buffer.from(start), Buffer.from(bytes), Buffer.from(end)]),
    });

    expect(await pointersOf(response)).toEqual([""]);
    expect(await server.user("u-ada")).toEqual(before);
  });
}
