import { describe } from "vitest";
import * as access from "../../helpers/access.ts";
import { at, bearer, claims, mint, sealed, segment } from "../../helpers/access.ts";
import { badInputs, type Case } from "../../helpers/bad-input.ts";
import { hmacToken } from "./signers.ts";

const { testEach } = badInputs();
const { AUDIENCE, ISSUER } = access;

/** Requests that differ only in their Bearer token; the application token is good. */
function tokens(status: number, table: Record<string, string>): Case[] {
  return Object.entries(table).map(([name, token]) => ({ name, status, credentials: bearer(token) }));
}

/** Tokens that differ in these claims, or whose payload is this text, signed with the right key. */
function withClaims(status: number, table: Record<string, Record<string, unknown> | string>): Case[] {
  const tokenOf = (changes: Record<string, unknown> | string) =>
    mint(typeof changes === "string" ? changes : claims(changes));
  return tokens(status, mapValues(table, tokenOf));
}

/** Tokens that differ in these header parameters, signed with the right key. */
function withHeader(status: number, table: Record<string, object>): Case[] {
  return tokens(
    status,
    mapValues(table, (header) => mint(claims(), header)),
  );
}

function mapValues<T>(table: Record<string, T>, map: (value: T) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(table).map(([name, value]) => [name, map(value)]));
}

const [header = "", payload = "", signature = ""] = mint().split(".");

describe("algorithms", () => {
  const unsigned = (alg: string) => `${segment({ alg, kid: "k-1" })}.${payload}.`;
  testEach([
    ...["none", "None", "nOnE"].flatMap((alg) => [
      ...tokens(401, { [`alg ${alg}`]: unsigned(alg) }),
      ...withHeader(401, { [`alg ${alg} with a signature`]: { alg } }),
    ]),
    ...tokens(401, {
      "HS256 signed with the public PEM": hmacToken(access.PUBLIC_PEM),
      "HS256 with an empty key": hmacToken(""),
    }),
    ...withHeader(401, { "no alg": { alg: undefined }, "an alg that is not a string": { alg: ["ES256"] } }),
  ]);
});

describe("times", () => {
  const withNumber = (claim: "exp" | "iat", number: string) =>
    JSON.stringify(claims({ [claim]: 0 })).replace(`"${claim}":0`, `"${claim}":${number}`);
  testEach([
    ...withClaims(401, {
      "a token that expired 6 s ago": { exp: at(-6) },
      "a token that expired 5 min ago": { exp: at(-300), iat: at(-600) },
      "an iat an hour ahead": { iat: at(3_600), exp: at(7_200) },
      "an iat 6 s ahead": { iat: at(6) },
      "an nbf 6 s ahead": { nbf: at(6) },
      "no exp": { exp: undefined },
      "no iat": { iat: undefined },
      "an exp that is a string": { exp: String(at(600)) },
      "an exp of null": { exp: null },
      "an iat that is a string": { iat: String(at(-60)) },
      "an exp of 1e400": withNumber("exp", "1e400"),
      "an iat of -1e400": withNumber("iat", "-1e400"),
      "a lifetime of a day and a second": { iat: at(0), exp: at(86_401) },
    }),
    ...withClaims(200, {
      "a token that expired 3 s ago": { exp: at(-3) },
      "an iat 3 s ahead": { iat: at(3) },
      "a lifetime of a day": { iat: at(0), exp: at(86_400) },
    }),
  ]);
});

describe("subject, issuer and audience", () => {
  testEach([
    ...withClaims(401, {
      "no sub": { sub: undefined },
      "an empty sub": { sub: "" },
      "a sub that is not a string": { sub: 1 },
      "a sub that is an object": { sub: { planted: 1 } },
      "a sub with NUL": { sub: "planted\u0000" },
      "a sub with half a surrogate pair": JSON.stringify(claims({ sub: "" })).replace('"sub":""', '"sub":"\\ud800"'),
      "a sub of 257 characters": { sub: "s".repeat(257) },
      "a wrong iss": { iss: "https://planted.example" },
      "an iss with a trailing slash": { iss: `${ISSUER}/` },
      "an iss in capitals": { iss: ISSUER.toUpperCase() },
      "an iss that is an array": { iss: [ISSUER] },
      "no iss": { iss: undefined },
      "a wrong aud": { aud: "urn:planted" },
      "a list of wrong aud values": { aud: ["urn:planted", ISSUER] },
      "no aud": { aud: undefined },
      "an aud with a trailing slash": { aud: `${AUDIENCE}/` },
      "an aud without its last character": { aud: AUDIENCE.slice(0, -1) },
      "an aud list in a list": { aud: [[AUDIENCE]] },
    }),
    ...withClaims(200, { "a list of aud values with the right one": { aud: ["urn:planted", AUDIENCE] } }),
  ]);
});

describe("header parameters", () => {
  const sql = ["planted' UNION SELECT 'AAAA' --", "planted'/**/OR/**/'1'='1"];
  const lineBreak = 'k-1\r\n{"level":30,"msg":"planted"}';
  const paths = ["../../dev/null", "https://planted.example/jwks.json"];
  const kids = [...sql, lineBreak, ...paths, "k-1\u0000", "k-\uff11", "__proto__", "constructor", "", 1, ["k-1"], null];
  const typs = ["id_token", "dpop+jwt", "logout+jwt", "JWTs", "text/JWT", "", null, ["JWT"]];
  testEach([
    ...withHeader(401, Object.fromEntries(kids.map((kid) => [`a kid of ${JSON.stringify(kid)}`, { kid }]))),
    ...withHeader(401, Object.fromEntries(typs.map((typ) => [`a typ of ${JSON.stringify(typ)}`, { typ }]))),
    ...withHeader(401, {
      "a jwk of null": { jwk: null },
      "a kid of 10 kB": { kid: "planted".repeat(1_463) },
      "no kid": { kid: undefined },
      "an unknown kid": { kid: "k-2" },
      "b64 of false in crit": { b64: false, crit: ["b64"] },
      "b64 of false": { b64: false },
      "b64 of true in crit": { b64: true, crit: ["b64"] },
      "b64 of true": { b64: true },
      "an empty crit": { crit: [] },
      "a crit of an unknown parameter": { crit: ["planted"], planted: true },
      "a crit of exp": { crit: ["exp"], exp: 1 },
    }),
    ...tokens(401, {
      "HS256 with an empty key and a path as kid": hmacToken("", "../../dev/null"),
    }),
    ...["JWT", "jwt", "at+jwt", "AT+JWT", "application/at+jwt", "Application/JWT"].flatMap((typ) =>
      withHeader(200, { [`a typ of ${typ}`]: { typ } }),
    ),
  ]);
});

describe("segments", () => {
  testEach([
    ...tokens(401, {
      "one segment": header,
      "two segments": `${header}.${payload}`,
      "four segments": `${header}.${payload}.${signature}.${signature}`,
      "five segments": `${header}.${payload}.${signature}.${signature}.${signature}`,
      "an empty token": "",
      "three empty segments": "..",
      "an empty payload": `${header}..${signature}`,
      "an empty signature": `${header}.${payload}.`,
      "a leading space": ` ${mint()}`,
      "a trailing character": `${mint()}A`,
      "a trailing dot": `${mint()}.`,
      "a trailing comma": `${mint()},`,
      "padding with =": `${mint()}==`,
      "another spelling of the same signature": withSpareBits(mint()),
      "base64 in place of base64url": `${header}.${payload}.+${signature.slice(1)}`,
      "the payload of another token": `${header}.${segment(claims({ sub: "planted" }))}.${signature}`,
    }),
    ...tokens(200, { "a good token": `${header}.${payload}.${signature}` }),
  ]);
});

describe("tokens that are not signed claims", () => {
  const latin1 = (json: object) => Buffer.from(JSON.stringify({ ...json, planted: "\u00e9" }), "latin1");
  const payloads = {
    "a payload that is an array": JSON.stringify([claims()]),
    "a payload that is null": "null",
    "a payload that is a string": '"planted"',
    "a payload of broken JSON": JSON.stringify(claims()).slice(0, -1),
    "a payload of two objects": JSON.stringify(claims()).repeat(2),
    "a payload of broken UTF-8": latin1(claims()),
    "a payload of UTF-16": Buffer.from(JSON.stringify(claims()), "utf16le"),
    "a payload 5,000 levels deep": `${"[".repeat(5_000)}${"]".repeat(5_000)}`,
    "a token within a token": mint(),
  };
  const headers = {
    "a header that is an array": '[{"alg":"ES256","kid":"k-1"}]',
    "a header that is null": "null",
    "a header of broken JSON": '{"alg":"ES256","kid":"k-1"',
    "a header of broken UTF-8": latin1({ alg: "ES256", kid: "k-1" }),
  };
  testEach([
    ...tokens(401, mapValues<string | Buffer>(payloads, mint)),
    ...tokens(
      401,
      mapValues<string | Buffer>(headers, (text) => sealed(`${segment(text)}.${segment(claims())}`)),
    ),
    ...withHeader(401, { "a signed token with enc": { enc: "A256GCM", alg: "RSA-OAEP-256" } }),
  ]);
});

describe("credentials in place of others", () => {
  const cases = {
    "a good token in place of Basic": `Basic ${mint()}`,
    "a good token as a Basic secret": access.basicOf(`key-main:${mint()}`),
    "a good Basic pair in place of Bearer": `Bearer ${access.basic().slice("Basic ".length)}`,
    "the application token in place of Bearer": `Bearer ${access.APPLICATION_TOKEN}`,
  };
  testEach(
    Object.entries(cases).map(([name, Authorization]) => ({
      ...{ name, status: 401 },
      credentials: { ...bearer(), Authorization },
    })),
  );
});

/** Decodes to the same bytes in a lenient decoder: the last character of 64 bytes in base64url has four unused bits. */
function withSpareBits(token: string): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  return token.replace(/.$/, (last) => alphabet[alphabet.indexOf(last) + 1] ?? last);
}
