import type { OutgoingHttpHeaders } from "node:http";
import fc from "fast-check";
import { basic, basicOf, bearer, mint } from "../../../helpers/access.ts";
import type { Call } from "../../../helpers/server-fixture.ts";
import { JSON_TYPE } from "../../../helpers/stub.ts";

/** Mostly the good value, so that bad values of other parts reach every middleware. */
function mostly<T>(good: T, other: fc.Arbitrary<T>): fc.Arbitrary<T> {
  return fc.oneof({ weight: 3, arbitrary: fc.constant(good) }, { weight: 1, arbitrary: other });
}

function joined(...parts: string[]): fc.Arbitrary<string> {
  return fc.array(fc.constantFrom(...parts), { minLength: 1, maxLength: 8 }).map((chosen) => chosen.join(""));
}

/** All characters that Node's client sends: visible ASCII, spaces and high bytes. */
const anyValue = fc.string({
  unit: fc
    .oneof(fc.integer({ min: 0x20, max: 0x7e }), fc.integer({ min: 0x80, max: 0xff }))
    .map((code) => String.fromCharCode(code)),
});
const plantedValue = anyValue.map((value) => `planted${value}`);

const MEDIA_TYPE_PARTS = [..."*/;, =", '"', "application/json", "text/json", "application/", "json", "planted"];

const contentType = fc.oneof(
  fc.constantFrom<string | string[]>(
    ...["text/json", "application/scim+json", "APPLICATION/JSON;Charset=UTF-8", "application/json; p=planted", ""],
    ["application/json", "application/json"],
  ),
  joined(...MEDIA_TYPE_PARTS, "charset", "utf-8", "utf-16", "+json", "\\"),
  plantedValue,
);
const accept = fc.oneof(joined(...MEDIA_TYPE_PARTS, "*/*", "text/*", ";q=", "0", "1", "0.5", "9e9"), plantedValue);
const requestId = fc.oneof<fc.Arbitrary<string | string[]>[]>(
  anyValue,
  fc.string({ minLength: 127, maxLength: 130 }),
  fc.constant(["a", "b"]),
);

const TOKEN = mint();
/** Ten wrong secrets block a key, so they are sent for a key that the good requests do not use. */
const WRONG_SECRETS = ["1", "2", "3"].map((end) => basic("key-limited", `planted-${end}`));

const authorization = fc.oneof<fc.Arbitrary<string | string[]>[]>(
  fc.constantFrom(...WRONG_SECRETS, bearer().Authorization),
  fc.constantFrom(basic("key-reader"), basic("key-colon"), basic("key-expired")),
  fc.constantFrom([basic(), basic()], [basic(), bearer().Authorization]),
  fc.string({ unit: "binary" }).map(basicOf),
  fc.tuple(fc.constantFrom("Bearer", "bearer", "Basic", "Digest", ""), plantedValue).map((parts) => parts.join(" ")),
);
const credentials: fc.Arbitrary<OutgoingHttpHeaders> = fc.oneof(
  fc.constantFrom<OutgoingHttpHeaders>({}, bearer(), bearer(TOKEN, "planted")),
  { weight: 3, arbitrary: authorization.map((Authorization) => ({ Authorization })) },
  fc.tuple(fc.nat(TOKEN.length), fc.nat(5), fc.string({ maxLength: 5 })).map(([at, length, other]) => {
    return bearer(TOKEN.slice(0, at) + other + TOKEN.slice(at + length));
  }),
);

const KNOWN_NAMES = [
  ...["__proto__", "constructor", "toString", "hasOwnProperty", "Content-Encoding", "Cookie", "Origin", "Prefer"],
  ...["X-HTTP-Method-Override", "X-Forwarded-For", "X-Forwarded-Host", "Forwarded", "If-Match", "If-None-Match"],
  ...["Range", "Accept-Encoding", "Accept-Charset", "Access-Control-Request-Method", "Content-Location"],
  "X-Original-URL",
];
const otherName = fc.oneof(
  fc.constantFrom(...KNOWN_NAMES),
  fc.string({ unit: fc.constantFrom(..."abcXYZ019!#$%&'*+.^_`|~-"), minLength: 1 }).map((name) => `x${name}`),
);
const otherHeaders: fc.Arbitrary<OutgoingHttpHeaders> = fc.dictionary(otherName, plantedValue, { maxKeys: 4 });

/** Encoded path segments: of any text, of parts with a special meaning, and of any visible characters. */
const segment = fc.oneof(
  fc.string({ unit: "binary" }).map((id) => encodeURIComponent(`planted${id}`)),
  joined(
    ...["u-ada", "planted", ".", "..", "%2e", "%2F", "/", "%", "%zz", "%FF", "%C0%AF", "%00", "%0d%0a", "%25", "%7C"],
    ...["$sync", "%24sync", "__proto__", "constructor", "{userId}", ":userId", "?", "#", ";", "'", "\\", "*", "(", "+"],
  ),
  fc.string({ unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)) }),
  fc.constant("planted".repeat(1_000)),
);

function header(name: string, value: fc.Arbitrary<string | string[]>): fc.Arbitrary<OutgoingHttpHeaders> {
  return value.map((sent) => ({ [name]: sent }));
}

/** Requests with a good body and any path, credentials and headers. */
export const requestWithGoodBody: fc.Arbitrary<Call> = fc
  .record({
    id: mostly("u-ada", segment),
    type: mostly<OutgoingHttpHeaders>(JSON_TYPE, header("Content-Type", contentType)),
    accept: mostly<OutgoingHttpHeaders>({}, header("Accept", accept)),
    requestId: mostly<OutgoingHttpHeaders>({}, header("X-Request-Id", requestId)),
    others: mostly<OutgoingHttpHeaders>({}, otherHeaders),
    credentials: mostly<OutgoingHttpHeaders>({ Authorization: basic() }, credentials),
  })
  .map(({ id, credentials, type, accept, requestId, others }) => ({
    ...{ path: `/v1/users/${id}/$sync`, credentials },
    headers: { ...type, ...accept, ...requestId, ...others },
  }));
