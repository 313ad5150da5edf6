import { expect, test, vi } from "vitest";
import * as access from "../../helpers/access.ts";
import { at, basic, bearer, claims, mint } from "../../helpers/access.ts";
import { badInputs } from "../../helpers/bad-input.ts";
import type { Call } from "../../helpers/server-fixture.ts";
import { createSigner, hmacToken } from "./signers.ts";

const { fixture, send } = badInputs();

/** Sends the request, and returns the response and its line in the log. */
async function logged(credentials: Call["credentials"] & object) {
  const response = await send({ credentials });
  const requestId = response.headers["x-request-id"]?.join() ?? "";
  const lines = () => fixture().lines.filter((line) => line.includes(requestId));
  await vi.waitFor(() => expect(lines()).toHaveLength(1), { timeout: 10_000, interval: 1 });
  return { response, line: JSON.parse(lines().join("")) };
}

const withClaims = (changes: Record<string, unknown>) => mint(claims(changes));

test.for<[token: string, reason: string, value: string]>([
  ["an issuer with a slash", "issuer-mismatch", withClaims({ iss: `${access.ISSUER}/` })],
  ["no issuer", "issuer-missing", withClaims({ iss: undefined })],
  ["another audience", "audience-mismatch", withClaims({ aud: "urn:planted" })],
  ["an exp in the past", "expired", withClaims({ exp: at(-60) })],
  ["an exp that is a string", "expiry-invalid", withClaims({ exp: "planted" })],
  ["an iat in the future", "issue-time-in-the-future", withClaims({ iat: at(60) })],
  ["an iat two days ago", "lifetime-too-long", withClaims({ iat: at(-172_800) })],
  ["an exp in a year", "lifetime-too-long", withClaims({ exp: at(31_536_000) })],
  ["an nbf in the future", "not-before-in-the-future", withClaims({ nbf: at(60) })],
  ["no subject", "subject-missing", withClaims({ sub: undefined })],
  ["a subject with a control character", "subject-invalid", withClaims({ sub: "planted\n" })],
  ["claims that are no object", "claims-malformed", mint("[]")],
  ["no kid", "kid-missing", mint(claims(), { kid: undefined })],
  ["a kid with a space", "kid-invalid", mint(claims(), { kid: "planted kid" })],
  ["an unknown kid", "key-not-found", mint(claims(), { kid: "planted" })],
  ["another alg than the key", "key-not-found", mint(claims(), { alg: "RS256" })],
  ["HS256", "algorithm-not-accepted", hmacToken("planted")],
  ["the typ of an ID token", "typ-not-accepted", mint(claims(), { typ: "planted" })],
  ["a jwk in its header", "header-parameter-not-accepted", mint(claims(), { jwk: {} })],
  ["the signature of another key", "signature-wrong", createSigner("k-1").token()],
  ["two segments", "malformed", mint().split(".").slice(0, 2).join(".")],
])("the log gives the reason of a Bearer token with %s as %s, and the response does not", async (row) => {
  const [, reason, token] = row;
  const { response, line } = await logged(bearer(token));
  expect(response.status).toBe(401);
  expect(line).toMatchObject({ level: 30, msg: "request", status: 401, bearer: reason });
  expect(line).not.toHaveProperty("basic");
  const sent = response.text + JSON.stringify(response.headers);
  if (reason.includes("-")) expect(sent).not.toContain(reason);
  expect(JSON.stringify(line)).not.toMatch(/planted|acme/);
});

test.for<[credentials: string, sent: Call["credentials"] & object, reasons: object]>([
  ["a Bearer token alone", { Authorization: `Bearer ${mint()}` }, { applicationToken: "missing" }],
  ["an application token alone", { [access.TOKEN_HEADER]: access.APPLICATION_TOKEN }, { bearer: "missing" }],
  ["an unknown application token", bearer(mint(), "planted"), { applicationToken: "unknown" }],
  ["an expired application token", bearer(mint(), "planted-old-token"), { applicationToken: "expired" }],
  ["a revoked application token", bearer(mint(), "planted-revoked-token"), { applicationToken: "revoked" }],
  ["an application token sent twice", bearer(mint(), ["planted", "planted"]), { applicationToken: "sent-twice" }],
  ["a wrong secret", { Authorization: basic("key-main", "planted") }, { basic: "secret-wrong" }],
  ["an unknown API key", { Authorization: access.basicOf("planted:planted") }, { basic: "id-unknown" }],
  ["a revoked API key", { Authorization: basic("key-revoked") }, { basic: "revoked" }],
  ["an expired API key", { Authorization: basic("key-expired") }, { basic: "expired" }],
  ["a malformed Basic", { Authorization: "Basic planted" }, { basic: "malformed" }],
  ["an API key without the permission", { Authorization: basic("key-reader") }, { basic: "permission-missing" }],
  [
    "two tokens, one without the permission",
    bearer(mint(), access.READER_TOKEN),
    { applicationToken: "permission-missing" },
  ],
  ["no credentials", {}, {}],
  ["a good API key", { Authorization: basic() }, {}],
])("the log gives the reason for rejecting %s", async ([, sent, reasons]) => {
  const { line } = await logged(sent);
  const { bearer, applicationToken, basic } = line;
  expect({ bearer, applicationToken, basic }).toEqual({
    ...{ bearer: undefined, applicationToken: undefined, basic: undefined },
    ...reasons,
  });
  expect(JSON.stringify(line)).not.toContain("planted");
});
