import { describe, expect, test } from "vitest";
import { OPERATIONS } from "../../../generated/operations.ts";
import {
  API_KEYS,
  APPLICATION_TOKEN,
  at,
  basic,
  basicOf,
  bearer,
  claims,
  mint,
  NOW,
  READER_TOKEN,
  TOKEN_HEADER,
  WRITE_TOKEN,
} from "../../helpers/access.ts";
import { badInputs, type Case } from "../../helpers/bad-input.ts";
import { type Call, goodBody, type ServerResponse } from "../../helpers/server-fixture.ts";
import { JSON_TYPE } from "../../helpers/stub.ts";

const time = { now: NOW };
const { check, send, testEach } = badInputs({ clock: () => time.now });

const GOOD = { name: "", status: 200 };
const WRONG = bearer(mint(), "planted-wrong-token");
const TOKEN_ONLY = { [TOKEN_HEADER]: APPLICATION_TOKEN };
const encoded = basic().slice("Basic ".length);
const signs = basic("key-signs").slice("Basic ".length);
const UNKNOWN = "/v1/users/u-nobody/$sync";

/** Cases that differ only in their credentials. */
function rows(status: number, table: Record<string, Call["credentials"]>): Case[] {
  return Object.entries(table).map(([name, credentials = {}]) => ({ name, status, credentials }));
}

/** An application token in a row with a good Bearer. */
function withToken(token: string | string[]) {
  return bearer(mint(), token);
}

function withBasic(value: string) {
  return { Authorization: `Basic ${value}` };
}

describe("good credentials", () => {
  testEach(
    rows(200, {
      "a good Bearer with a good application token": bearer(),
      "a good Basic": { Authorization: basic() },
      "a good Basic with a wrong application token": { ...WRONG, Authorization: basic() },
      "the scheme as bearer": { ...bearer(), Authorization: `bearer ${mint()}` },
      "the scheme as BEARER": { ...bearer(), Authorization: `BEARER ${mint()}` },
      "the scheme as basic": { Authorization: `basic ${encoded}` },
      "the scheme as BASIC": { Authorization: `BASIC ${encoded}` },
      "a Basic secret with colons": { Authorization: basic("key-colon") },
      "a Basic secret whose base64 has + or /": { Authorization: basic("key-signs") },
      "a Bearer with the permission write": bearer(mint(claims({ permissions: ["write"] }))),
      "a Bearer with user.write in its scope": bearer(
        mint(claims({ permissions: undefined, scope: "openid user.write" })),
      ),
      "a Bearer with user.write and an application token with write": bearer(mint(), WRITE_TOKEN),
      "an API key a second before it expires": { Authorization: basic("key-expiring") },
    }),
  );
});

describe("credentials that are missing or wrong", () => {
  testEach(
    rows(401, {
      nothing: {},
      "only an application token": TOKEN_ONLY,
      "only a Bearer token": { Authorization: `Bearer ${mint()}` },
      Digest: { Authorization: 'Digest username="planted", response="planted"', ...TOKEN_ONLY },
      Negotiate: { Authorization: "Negotiate cGxhbnRlZA==", ...TOKEN_ONLY },
      "an empty Authorization": { Authorization: "", ...TOKEN_ONLY },
      "an empty application token": withToken(""),
      "a good token and no scheme": { Authorization: mint(), ...TOKEN_ONLY },
      "a good Bearer with a wrong application token": WRONG,
      "a wrong Bearer with a good application token": bearer(`${mint().slice(0, -4)}AAAA`),
      "a bad Basic with a good application token": { Authorization: basic("key-main", "planted"), ...TOKEN_ONLY },
      "the secret of another API key": { Authorization: basic("key-main", API_KEYS["key-colon"].secret) },
      "an unknown API key": { Authorization: basicOf("key-none:planted-secret") },
      "the application token sent twice": withToken([APPLICATION_TOKEN, APPLICATION_TOKEN]),
      "a good and a wrong application token": withToken([APPLICATION_TOKEN, "planted-wrong"]),
      "an application token twice in one line": withToken(`${APPLICATION_TOKEN}, ${APPLICATION_TOKEN}`),
      "an application token that is shorter": withToken(APPLICATION_TOKEN.slice(0, -1)),
      "an application token that is longer": withToken(`${APPLICATION_TOKEN}x`),
      "an application token one byte off": withToken(APPLICATION_TOKEN.replace(/n$/, "m")),
      "an application token of 10 kB": withToken("planted".repeat(1_463)),
      "an application token in high bytes": withToken("\u00fe\u00ff\u0080planted"),
      "a good application token and a high byte": withToken(`${APPLICATION_TOKEN}\u00ff`),
      "Bearer, then Basic": { ...bearer(), Authorization: [`Bearer ${mint()}`, basic()] },
      "Basic, then Bearer": { ...bearer(), Authorization: [basic(), `Bearer ${mint()}`] },
      "one Basic twice": { Authorization: [basic(), basic()] },
    }),
  );
});

describe("malformed Basic", () => {
  test("the pairs below are accepted if they are encoded correctly", async () => {
    expect([encoded, signs]).toEqual([expect.stringMatching(/[^=]=$/), expect.stringMatching(/[+/]/)]);
    await check({ ...GOOD, credentials: withBasic(encoded) });
  });

  testEach(
    rows(401, {
      "Basic that is not base64": withBasic("planted!!{}"),
      "a pair that is not encoded": withBasic(`key-main:${API_KEYS["key-main"].secret}`),
      "empty Basic": withBasic(""),
      "Basic of an empty pair": withBasic("Og=="),
      "Basic without a colon": { Authorization: basicOf("key-main") },
      "Basic without its padding": withBasic(encoded.slice(0, -1)),
      "Basic with more padding": withBasic(`${encoded}=`),
      "Basic with bits in its padding": withBasic(withPaddingBits(encoded)),
      "Basic in base64url": withBasic(signs.replaceAll("+", "-").replaceAll("/", "_")),
      "Basic with a space inside": withBasic(`${encoded.slice(0, 8)} ${encoded.slice(8)}`),
      "Basic in Latin-1": withBasic(Buffer.from("key-main:planted\u00ff", "latin1").toString("base64")),
      "NUL in the user name": { Authorization: basicOf("key-main\u0000:planted-secret") },
      "CR LF in the user name": { Authorization: basicOf('key-main\r\n{"level":30}:planted-secret') },
      "ESC in the user name": { Authorization: basicOf("\u001b[31mkey-main:planted-secret") },
    }),
  );
});

describe("requests without credentials", () => {
  const others: Record<string, Call> = {
    "malformed JSON": { body: '{"planted":' },
    "a body over the limit": { body: "x".repeat(300_000) },
    "a wrong type": { headers: { "Content-Type": "text/plain" } },
    "a coding": { headers: { "Content-Encoding": "br" } },
    "an Accept": { headers: { Accept: "text/xml" } },
  };
  for (const id of ["%zz", "%00", "%FF", ".."]) others[`the userId ${id}`] = { path: `/v1/users/${id}/$sync` };
  for (const name of ["access_token", "authorization", TOKEN_HEADER]) {
    const path = `/v1/users/u-ada/$sync?${name}=${encodeURIComponent(basic())}&${name}=${APPLICATION_TOKEN}`;
    others[`credentials in the query as ${name}`] = { path };
  }
  const Cookie = `Authorization=${basic()}; ${TOKEN_HEADER}=${APPLICATION_TOKEN}`;
  others["credentials in a cookie"] = { credentials: { Cookie } };
  testEach(Object.entries(others).map(([name, call]) => ({ name, status: 401, credentials: {}, ...call })));

  test("a known and an unknown user get the same bytes", async () => {
    for (const sent of [{}, { Authorization: basic("key-main", "planted") }, WRONG]) await expectSame(sent, 401);
  });
});

describe("an API key with many wrong secrets", () => {
  const limited = (secret?: string): Call => ({ credentials: { Authorization: basic("key-limited", secret) } });

  test("after ten wrong secrets in a minute, a key is 429 for that address until Retry-After; the right secret is accepted", async () => {
    for (let attempt = 1; attempt <= 10; attempt += 1) {
      expect(await send(limited(`planted-${attempt}`))).toMatchObject({ status: 401 });
    }
    await check({ name: "the 11th", status: 429, ...limited("planted-11"), after: retryAfter(60) });
    await check({ ...GOOD, ...limited() });
    await check({ ...GOOD, ...limited(), localAddress: "127.0.0.2" });
    try {
      time.now = new Date(NOW.getTime() + 59_001);
      await check({
        name: "another wrong secret, too early",
        status: 429,
        ...limited("planted-12"),
        after: retryAfter(1),
      });
      time.now = new Date(NOW.getTime() + 60_000);
      expect(await send(limited("planted-13"))).toMatchObject({ status: 401 });
    } finally {
      time.now = NOW;
    }
  });

  const retryAfter =
    (seconds: number) =>
    ({ headers }: ServerResponse) => {
      expect(headers["retry-after"]).toEqual([String(seconds)]);
    };
});

describe("credentials without the permission", () => {
  const FORBIDDEN = {
    "a Bearer without user.write or write": bearer(mint(claims({ permissions: ["user.read"] }))),
    "a Bearer without any permission": bearer(mint(claims({ permissions: undefined }))),
    "a Bearer whose permission only starts with user.write": bearer(
      mint(claims({ permissions: ["user.writes", "WRITE"] })),
    ),
    "a good Bearer with an application token that may only read": bearer(mint(), READER_TOKEN),
    "an API key that may only read": { Authorization: basic("key-reader") },
  };
  testEach(rows(403, FORBIDDEN));

  test.for([
    ["an API key", { Authorization: basic("key-reader") }, "Basic must hold one of these permissions: LIST."],
    ["an application token", bearer(mint(), READER_TOKEN), "EACH Without one: ApplicationToken."],
    ["a Bearer token", bearer(mint(claims({ permissions: [] }))), "EACH Without one: Bearer."],
    [
      "both tokens",
      bearer(mint(claims({ permissions: [] })), READER_TOKEN),
      "EACH Without one: Bearer, ApplicationToken.",
    ],
  ] as const)("the 403 for %s names the credentials without a permission", async ([, credentials, detail]) => {
    const each =
      "Each of Bearer and ApplicationToken must hold one of these permissions, not necessarily the same: LIST.";
    const list = OPERATIONS.SyncUserIdentity.permissions.join(", ");
    expect(JSON.parse((await send({ credentials })).text)).toMatchObject({
      detail: detail.replace("EACH", each).replace("LIST", list),
    });
  });

  test("a known and an unknown user get the same bytes", async () => {
    for (const sent of Object.values(FORBIDDEN)) await expectSame(sent, 403);
  });
});

describe("expired and revoked credentials", () => {
  testEach(
    rows(401, {
      "an API key that has just expired": { Authorization: basic("key-expired") },
      "an application token that has expired": withToken("planted-old-token"),
      "an application token that was revoked": withToken("planted-revoked-token"),
      "an expired Bearer": bearer(mint(claims({ exp: at(-60) }))),
    }),
  );
});

/** Sends the same credentials for a known and an unknown user; only the date may differ. */
async function expectSame(credentials: Call["credentials"] & object, status: number): Promise<void> {
  const headers = { ...JSON_TYPE, "X-Request-Id": "one-id-for-both" };
  const [known, unknown] = [await send({ credentials, headers }), await send({ credentials, headers, path: UNKNOWN })];
  const bytesOf = ({ headers: { date: _, ...others }, text }: ServerResponse) => ({ ...others, text });
  expect([known.status, unknown.status]).toEqual([status, status]);
  expect(bytesOf(unknown)).toEqual(bytesOf(known));
  await check({ name: "an unknown user", status, credentials, path: UNKNOWN, body: goodBody });
}

/** Decodes to the same bytes in a lenient decoder, which ignores bits of the last character before the padding. */
function withPaddingBits(base64: string): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const changed = base64.replace(/.(?==$)/, (last) => alphabet[alphabet.indexOf(last) + 1] ?? last);
  expect(changed).not.toBe(base64);
  expect(Buffer.from(changed, "base64")).toEqual(Buffer.from(base64, "base64"));
  return changed;
}
