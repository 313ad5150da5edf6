import { createCipheriv, publicEncrypt, randomBytes } from "node:crypto";
import { describe } from "vitest";
import { bearer, claims, mint, sealed, segment } from "../../helpers/access.ts";
import { badInputs, type Case } from "../../helpers/bad-input.ts";
import { createSigner, hmacToken } from "./signers.ts";

const { testEach } = badInputs();

function tokens(status: number, table: Record<string, string>): Case[] {
  return Object.entries(table).map(([name, token]) => ({ name, status, credentials: bearer(token) }));
}

describe("headers", () => {
  testEach([
    ...tokens(401, {
      "J2 a jwk of null": mint(claims(), { jwk: null }),
      "J3 kid ../../dev/null": mint(claims(), { kid: "../../dev/null" }),
      "J3 kid ../../dev/null and an empty HMAC": hmacToken("", "../../dev/null"),
      "J3 a kid with SQL": mint(claims(), { kid: "planted' UNION SELECT 'AAAA' --" }),
      "J3 a kid with SQL and no spaces": mint(claims(), { kid: "planted'/**/OR/**/'1'='1" }),
      "J3 a kid of 10 kB": mint(claims(), { kid: "planted".repeat(1_463) }),
      "J3 a kid that is a URL": mint(claims(), { kid: "https://planted.example/jwks.json" }),
      "J3 a kid with a line break": mint(claims(), { kid: 'k-1\r\n{"level":30,"msg":"planted"}' }),
      "J3 a kid with NUL": mint(claims(), { kid: "k-1\u0000" }),
      "J3 a kid beyond ASCII": mint(claims(), { kid: "k-\uff11" }),
      "J3 a kid of __proto__": mint(claims(), { kid: "__proto__" }),
      "J3 a kid of constructor": mint(claims(), { kid: "constructor" }),
      "J3 an empty kid": mint(claims(), { kid: "" }),
      "J3 a kid that is a number": mint(claims(), { kid: 1 }),
      "J3 a kid that is a list": mint(claims(), { kid: ["k-1"] }),
      "J3 a kid of null": mint(claims(), { kid: null }),
      "J3 no kid": mint(claims(), { kid: undefined }),
      "J3 an unknown kid": mint(claims(), { kid: "k-2" }),
      "J4 b64 of false in crit": mint(claims(), { b64: false, crit: ["b64"] }),
      "J4 b64 of false": mint(claims(), { b64: false }),
      "J4 b64 of true in crit": mint(claims(), { b64: true, crit: ["b64"] }),
      "J4 b64 of true": mint(claims(), { b64: true }),
      "J4 a payload in clear": clearToken(JSON.stringify(claims({ iss: "planted" }))),
      "J4 an empty crit": mint(claims(), { crit: [] }),
      "J4 a crit of what nobody knows": mint(claims(), { crit: ["planted"], planted: true }),
      "J4 a crit of exp": mint(claims(), { crit: ["exp"], exp: 1 }),
      "typ of an ID token's hint": mint(claims(), { typ: "id_token" }),
      "typ dpop+jwt": mint(claims(), { typ: "dpop+jwt" }),
      "typ logout+jwt": mint(claims(), { typ: "logout+jwt" }),
      "typ JWTs": mint(claims(), { typ: "JWTs" }),
      "typ text/JWT": mint(claims(), { typ: "text/JWT" }),
      "an empty typ": mint(claims(), { typ: "" }),
      "typ null": mint(claims(), { typ: null }),
      "a typ that is a list": mint(claims(), { typ: ["JWT"] }),
    }),
    ...["JWT", "jwt", "at+jwt", "AT+JWT", "application/at+jwt", "Application/JWT"].flatMap((typ) =>
      tokens(200, { [`typ ${typ}`]: mint(claims(), { typ }) }),
    ),
  ]);
});

describe("tokens that are no signed claims", () => {
  testEach(
    tokens(401, {
      "J12 a payload that is an array": mint(JSON.stringify([claims()])),
      "J12 a payload that is null": mint("null"),
      "J12 a payload that is a string": mint('"planted"'),
      "J12 a payload of broken JSON": mint(JSON.stringify(claims()).slice(0, -1)),
      "J12 a payload of two objects": mint(JSON.stringify(claims()).repeat(2)),
      "J12 a payload of broken UTF-8": mint(Buffer.from(JSON.stringify(claims({ planted: "\u00e9" })), "latin1")),
      "J12 a payload of UTF-16": mint(Buffer.from(JSON.stringify(claims()), "utf16le")),
      "J12 a payload 5,000 levels deep": mint(`${"[".repeat(5_000)}${"]".repeat(5_000)}`),
      "J12 a header that is an array": withHeader('[{"alg":"ES256","kid":"k-1"}]'),
      "J12 a header that is null": withHeader("null"),
      "J12 a header of broken JSON": withHeader('{"alg":"ES256","kid":"k-1"'),
      "J12 a header of broken UTF-8": withHeader(
        Buffer.from('{"alg":"ES256","kid":"k-1","planted":"\u00e9"}', "latin1"),
      ),
      "J12 a JWE": jwe(),
      "J12 a JWE cut to three segments": jwe().split(".").slice(0, 3).join("."),
      "J12 a signed token with enc": mint(claims(), { enc: "A256GCM", alg: "RSA-OAEP-256" }),
      "J12 a token within a token": mint(mint()),
    }),
  );
});

/** The right key's signature of this header, good claims behind it. */
function withHeader(header: string | Buffer): string {
  return sealed(`${segment(header)}.${segment(claims())}`);
}

/** RFC 7797: the payload is signed and sent as it is, here without a dot, which would part it. */
function clearToken(payload: string): string {
  return sealed(`${segment({ alg: "ES256", kid: "k-1", b64: false, crit: ["b64"] })}.${payload}`);
}

/** RFC 7516: claims that the right people could read, and nobody has signed. */
function jwe(): string {
  const [key, iv] = [randomBytes(32), randomBytes(12)];
  const header = segment({ alg: "RSA-OAEP-256", enc: "A256GCM", kid: "k-1" });
  const { publicKey } = createSigner("k-1", "rsa");
  const cipher = createCipheriv("aes-256-gcm", key, iv).setAAD(Buffer.from(header));
  const text = Buffer.concat([cipher.update(JSON.stringify(claims())), cipher.final()]);
  const encryptedKey = publicEncrypt({ key: publicKey, oaepHash: "sha256" }, key);
  return [header, ...[encryptedKey, iv, text, cipher.getAuthTag()].map(segment)].join(".");
}
