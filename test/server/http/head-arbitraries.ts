import type { OutgoingHttpHeaders } from "node:http";
import fc from "fast-check";
import { basic, basicOf, bearer, mint } from "../../helpers/access.ts";
import type { Call } from "../../helpers/site.ts";
import { JSON_TYPE } from "../../helpers/stub.ts";

/** Most parts of a request are as they should be, so that the odd ones meet every stage of the way in. */
function mostly<T>(good: T, odd: fc.Arbitrary<T>): fc.Arbitrary<T> {
  return fc.oneof({ weight: 3, arbitrary: fc.constant(good) }, { weight: 1, arbitrary: odd });
}

function partsOf(...parts: string[]): fc.Arbitrary<string> {
  return fc.array(fc.constantFrom(...parts), { minLength: 1, maxLength: 8 }).map((chosen) => chosen.join(""));
}

/** All that Node's client lets through: visible ASCII, blanks and high bytes. */
const anyValue = fc.string({
  unit: fc.oneof(fc.integer({ min: 0x20, max: 0x7e }), fc.integer({ min: 0x80, max: 0xff })).map((code) => {
    return String.fromCharCode(code);
  }),
});
const plantedValue = anyValue.map((value) => `planted${value}`);

const JSON_PARTS = [
  "application/json",
  "text/json",
  "application/",
  "json",
  "*",
  "/",
  ";",
  ",",
  " ",
  "=",
  '"',
  "planted",
];

const contentType: fc.Arbitrary<OutgoingHttpHeaders> = fc
  .oneof(
    fc.constantFrom<string | string[]>(
      ...["text/json", "application/scim+json", "APPLICATION/JSON;Charset=UTF-8", "application/json; p=planted", ""],
      ["application/json", "application/json"],
    ),
    partsOf(...JSON_PARTS, "charset", "utf-8", "utf-16", "+json", "\\"),
    plantedValue,
  )
  .map((type) => ({ "Content-Type": type }));

const accept: fc.Arbitrary<OutgoingHttpHeaders> = fc
  .oneof(partsOf(...JSON_PARTS, "*/*", "text/*", ";q=", "0", "1", "0.5", "9e9"), plantedValue)
  .map((Accept) => ({ Accept }));

const requestId: fc.Arbitrary<OutgoingHttpHeaders> = fc
  .oneof(anyValue, fc.string({ minLength: 127, maxLength: 130 }), fc.constant<string[]>(["a", "b"]))
  .map((id) => ({ "X-Request-Id": id }));

const TOKEN = mint();
const WRONG_SECRETS = ["1", "2", "3"].map((end) => basic("key-limited", `planted-${end}`));

/** Wrong secrets belong to a key of their own: it is locked out after ten of them, and the good one must not be. */
const credentials: fc.Arbitrary<OutgoingHttpHeaders> = fc.oneof(
  fc.constantFrom<OutgoingHttpHeaders>({}, bearer(), bearer(TOKEN, "planted"), {
    Authorization: bearer().Authorization,
  }),
  fc.constantFrom(...WRONG_SECRETS).map(authorized),
  fc.constantFrom(basic("key-reader"), basic("key-colon"), basic("key-expired")).map(authorized),
  fc
    .constantFrom<string[][]>([basic(), basic()], [basic(), bearer().Authorization])
    .map((Authorization) => ({ Authorization })),
  fc.tuple(fc.nat(TOKEN.length), fc.nat(5), fc.string({ maxLength: 5 })).map(([at, length, other]) => {
    return bearer(TOKEN.slice(0, at) + other + TOKEN.slice(at + length));
  }),
  fc.string({ unit: "binary" }).map(basicOf).map(authorized),
  fc.tuple(fc.constantFrom("Bearer", "bearer", "Basic", "Digest", ""), plantedValue).map((parts) => {
    return authorized(parts.join(" "));
  }),
);

function authorized(Authorization: string): OutgoingHttpHeaders {
  return { Authorization };
}

const KNOWN_NAMES = [
  ...["__proto__", "constructor", "toString", "hasOwnProperty", "Content-Encoding", "Cookie", "Origin", "Prefer"],
  ...[
    "X-HTTP-Method-Override",
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "Forwarded",
    "If-Match",
    "If-None-Match",
    "Range",
  ],
  ...["Accept-Encoding", "Accept-Charset", "Access-Control-Request-Method", "Content-Location", "X-Original-URL"],
];
const otherName = fc.oneof(
  fc.constantFrom(...KNOWN_NAMES),
  fc.string({ unit: fc.constantFrom(..."abcXYZ019!#$%&'*+.^_`|~-"), minLength: 1 }).map((name) => `x${name}`),
);
const otherHeaders: fc.Arbitrary<OutgoingHttpHeaders> = fc.dictionary(otherName, plantedValue, { maxKeys: 4 });

/** Ids as they stand in a path: of text, of pieces with a meaning to somebody, of any visible characters. */
const segment = fc.oneof(
  fc.string({ unit: "binary" }).map((id) => encodeURIComponent(`planted${id}`)),
  partsOf(
    ...["u-ada", "planted", ".", "..", "%2e", "%2F", "/", "%", "%zz", "%FF", "%C0%AF", "%00", "%0d%0a", "%25", "%7C"],
    ...["$sync", "%24sync", "__proto__", "constructor", "{userId}", ":userId", "?", "#", ";", "'", "\\", "*", "(", "+"],
  ),
  fc.string({ unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)) }),
  fc.constant("planted".repeat(1_000)),
);

/** Good bodies to the operation, with anything before them: path, credentials, headers. */
export const oddHead: fc.Arbitrary<Call> = fc
  .record({
    id: mostly("u-ada", segment),
    type: mostly<OutgoingHttpHeaders>(JSON_TYPE, contentType),
    accept: mostly<OutgoingHttpHeaders>({}, accept),
    requestId: mostly<OutgoingHttpHeaders>({}, requestId),
    others: mostly<OutgoingHttpHeaders>({}, otherHeaders),
    credentials: mostly<OutgoingHttpHeaders>({ Authorization: basic() }, credentials),
  })
  .map(({ id, credentials, type, ...headers }) => ({
    path: `/v1/users/${id}/$sync`,
    credentials,
    headers: { ...type, ...headers.accept, ...headers.requestId, ...headers.others },
  }));
