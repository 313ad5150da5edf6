import { describe } from "vitest";
import {
  APPLICATION_TOKEN,
  AUDIENCE,
  at,
  basic,
  bearer,
  claims,
  ISSUER,
  mint,
  PUBLIC_PEM,
  segment,
  TOKEN_HEADER,
} from "../../helpers/access.ts";
import { badInputs, type Case } from "../../helpers/bad-input.ts";
import { hmacToken } from "./signers.ts";

const { testEach } = badInputs();

/** Rows that differ in their Bearer token alone; the application token is good. */
function tokens(status: number, table: Record<string, string>): Case[] {
  return Object.entries(table).map(([name, token]) => ({ name, status, credentials: bearer(token) }));
}

function withClaims(changes: Record<string, unknown>): string {
  return mint(claims(changes));
}

const [header = "", payload = "", signature = ""] = mint().split(".");

describe("algorithms", () => {
  const unsigned = (alg: string) => `${segment({ alg, kid: "k-1" })}.${payload}.`;
  testEach([
    ...["none", "None", "nOnE"].flatMap((alg) =>
      tokens(401, {
        [`J1 alg ${alg}`]: unsigned(alg),
        [`J1 alg ${alg} with a signature`]: mint(claims(), { alg }),
      }),
    ),
    ...tokens(401, {
      "J1 HS256 signed with the public PEM": hmacToken(PUBLIC_PEM),
      "J1 HS256 with an empty key": hmacToken(""),
      "J1 no alg": mint(claims(), { alg: undefined }),
      "J1 an alg that is no string": mint(claims(), { alg: ["ES256"] }),
    }),
  ]);
});

describe("times", () => {
  testEach([
    ...tokens(401, {
      "J5 a token that expired 6 s ago": withClaims({ exp: at(-6) }),
      "J5 a token that expired 5 min ago": withClaims({ exp: at(-300), iat: at(-600) }),
      "J7 an iat an hour ahead": withClaims({ iat: at(3_600), exp: at(7_200) }),
      "J7 an iat 6 s ahead": withClaims({ iat: at(6) }),
      "J7 an nbf 6 s ahead": withClaims({ nbf: at(6) }),
      "J7 no exp": withClaims({ exp: undefined }),
      "J7 no iat": withClaims({ iat: undefined }),
      "J7 no sub": withClaims({ sub: undefined }),
      "J7 an empty sub": withClaims({ sub: "" }),
      "J7 a sub that is no string": withClaims({ sub: 1 }),
      "J7 a sub that is an object": withClaims({ sub: { planted: 1 } }),
      "J7 a sub with NUL": withClaims({ sub: "planted\u0000" }),
      "J7 a sub with half a surrogate pair": mint(
        JSON.stringify(claims({ sub: "" })).replace('"sub":""', '"sub":"\\ud800"'),
      ),
      "J7 a sub of 257 characters": withClaims({ sub: "s".repeat(257) }),
      "J7 an exp that is a string": withClaims({ exp: String(at(600)) }),
      "J7 an exp of null": withClaims({ exp: null }),
      "J7 an iat that is a string": withClaims({ iat: String(at(-60)) }),
      "J7 an exp of 1e400": mint(JSON.stringify(claims({ exp: 0 })).replace('"exp":0', '"exp":1e400')),
      "J7 an iat of -1e400": mint(JSON.stringify(claims({ iat: 0 })).replace('"iat":0', '"iat":-1e400')),
      "J7 a lifetime of a day and a second": withClaims({ iat: at(0), exp: at(86_401) }),
    }),
    ...tokens(200, {
      "J6 a token that expired 3 s ago": withClaims({ exp: at(-3) }),
      "J7 an iat 3 s ahead": withClaims({ iat: at(3) }),
      "J7 a lifetime of a day": withClaims({ iat: at(0), exp: at(86_400) }),
    }),
  ]);
});

describe("issuer and audience", () => {
  testEach([
    ...tokens(401, {
      "J8 a wrong iss": withClaims({ iss: "https://planted.example" }),
      "J8 an iss with a trailing slash": withClaims({ iss: `${ISSUER}/` }),
      "J8 an iss in capitals": withClaims({ iss: ISSUER.toUpperCase() }),
      "J8 an iss that is an array": withClaims({ iss: [ISSUER] }),
      "J8 no iss": withClaims({ iss: undefined }),
      "J8 a wrong aud": withClaims({ aud: "urn:planted" }),
      "J8 an aud of several, all wrong,": withClaims({ aud: ["urn:planted", ISSUER] }),
      "J8 no aud": withClaims({ aud: undefined }),
      "J8 an aud with a trailing slash": withClaims({ aud: `${AUDIENCE}/` }),
      "J8 an aud that only begins like it": withClaims({ aud: AUDIENCE.slice(0, -1) }),
      "J8 an aud that is a list in a list": withClaims({ aud: [[AUDIENCE]] }),
    }),
    ...tokens(200, { "J8 an aud of several, one of them ours,": withClaims({ aud: ["urn:planted", AUDIENCE] }) }),
  ]);
});

describe("segments", () => {
  testEach([
    ...tokens(401, {
      "J11 one segment": header,
      "J11 two segments": `${header}.${payload}`,
      "J11 four segments": `${header}.${payload}.${signature}.${signature}`,
      "J11 five segments": `${header}.${payload}.${signature}.${signature}.${signature}`,
      "J11 an empty token": "",
      "J11 three empty segments": "..",
      "J11 an empty payload": `${header}..${signature}`,
      "J11 an empty signature": `${header}.${payload}.`,
      "J11 a leading space": ` ${mint()}`,
      "J11 a trailing character": `${mint()}A`,
      "J11 a trailing dot": `${mint()}.`,
      "J11 a trailing comma": `${mint()},`,
      "J11 padding with =": `${mint()}==`,
      "J11 another spelling of the same signature": withSpareBits(mint()),
      "J11 base64 in place of base64url": `${header}.${payload}.+${signature.slice(1)}`,
      "J11 the payload of another token": `${header}.${segment(claims({ sub: "planted" }))}.${signature}`,
    }),
    { name: "J11 a good token", status: 200, credentials: bearer(`${header}.${payload}.${signature}`) },
  ]);
});

describe("slots", () => {
  const applicationToken = { [TOKEN_HEADER]: APPLICATION_TOKEN };
  const slot = (name: string, Authorization: string): Case => {
    return { name, status: 401, credentials: { ...applicationToken, Authorization } };
  };
  testEach([
    slot("J13 a good token in the Basic slot", `Basic ${mint()}`),
    slot("J13 a good token as a Basic secret", `Basic ${Buffer.from(`key-main:${mint()}`).toString("base64")}`),
    slot("J13 a good Basic pair in the Bearer slot", `Bearer ${basic().slice("Basic ".length)}`),
    slot("J13 the application token in the Bearer slot", `Bearer ${APPLICATION_TOKEN}`),
  ]);
});

/** The same bytes to a lenient decoder: the last character of 64 bytes in base64url has four bits that do not count. */
function withSpareBits(token: string): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  return token.replace(/.$/, (last) => alphabet[alphabet.indexOf(last) + 1] ?? last);
}
