import { describe, expect } from "vitest";
import { basic } from "../../helpers/access.ts";
import { badInputs, type Case } from "../../helpers/bad-input.ts";
import { DEPARTMENT, goodBody } from "../../helpers/server-fixture.ts";
import { JSON_TYPE } from "../../helpers/stub.ts";

const { testEach } = badInputs();
const encoded = encodeURIComponent;

/** Cases that differ in their path. */
function paths(table: Record<string, string>, expected: Omit<Case, "name">): Case[] {
  return Object.entries(table).map(([name, path]) => ({ name, path, ...expected }));
}

/** Cases that differ in the user id of their path, which is sent as given. */
function ids(table: Record<string, string>, expected: Omit<Case, "name">): Case[] {
  const sent = Object.entries(table).map(([name, id]) => [`the id: ${name}`, `/v1/users/${id}/$sync`]);
  return paths(Object.fromEntries(sent), expected);
}

/** A successful sync of this user. */
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

describe("paths", () => {
  const known = {
    "/%24sync": "/v1/users/u-ada/%24sync",
    "a query, which is ignored,": "/v1/users/u-ada/$sync?planted=1",
  };
  const unknown = {
    "/sync": "/v1/users/u-ada/sync",
    "/$Sync": "/v1/users/u-ada/$Sync",
    "/$sync$": "/v1/users/u-ada/$sync$",
    "/$$sync": "/v1/users/u-ada/$$sync",
    "/%24%24sync": "/v1/users/u-ada/%24%24sync",
    "a trailing slash": "/v1/users/u-ada/$sync/",
    "a trailing slash after /%24sync": "/v1/users/u-ada/%24sync/",
    "an empty id": "/v1/users//$sync",
    "a missing id": "/v1/users/$sync",
    "a doubled slash": "//v1/users/u-ada/$sync",
    "/V1": "/V1/users/u-ada/$sync",
    "the root": "/",
    "a path below the operation's": "/v1/users/u-ada/$sync/planted",
    "an encoded slash before $sync": "/v1/users/u-ada%2F$sync",
    "a path with all slashes encoded": "/v1%2Fusers%2Fu-ada%2F$sync",
  };
  testEach([
    ...paths(known, { status: 200 }),
    ...paths(unknown, { status: 404, problem: "unknown-path" }),
    { name: "/%24sync of an unknown user", status: 404, path: "/v1/users/planted/%24sync" },
    { name: "GET of /%24sync", status: 405, path: "/v1/users/u-ada/%24sync", method: "GET", body: null },
  ]);
});

describe("ids", () => {
  const unknown = {
    ...{ planted: "planted", "41 characters": "planted".padEnd(41, "x"), "10 kB": "planted".padEnd(10_240, "x") },
    ...{ "another case": "U-ADA", "a%2Fb": "a%2Fb", "..%2Fu-ada": "..%2Fu-ada", "u-ada%2F..": "u-ada%2F.." },
    "double encoding": "auth0%257Cabc",
    ...Object.fromEntries(["__proto__", "constructor", "toString", "hasOwnProperty"].map((name) => [name, name])),
    "quoted SQL": encoded("planted' OR '1'='1"),
    "SQL with a second statement": encoded("u-ada'; DROP TABLE users; --"),
    "SQL with a union": encoded('" UNION SELECT document FROM users --'),
    "an SQL pattern": encoded("u-%"),
    "a shell command": encoded("$(touch planted)`id`;|&&"),
    "a template": "%7B%7B7*7%7D%7D$%7B7*7%7D%3C%25=planted%25%3E",
    "a JNDI lookup": "$%7Bjndi:ldap:%2F%2Fplanted.example%2Fa%7D",
    HTML: encoded("<script>planted()</script>"),
    "the NFD form of an NFC id": encoded("u-zoe\u0308"),
    "the full-width form": encoded("\uff55\uff0d\uff41\uff44\uff41"),
    "a zero-width joiner": encoded("u-\u200dada"),
    "an RTL mark": encoded("u-ada\u200f"),
    "a trailing space": "u-ada%20",
  };
  const invalid = {
    ...Object.fromEntries(["%00", "u-ada%00", "%0d%0aX:1", "u-ada%0d%0aX:1"].map((id) => [id, id])),
    ...{ ESC: "%1b[31mplanted", DEL: "planted%7f", "a C1 control": "planted%C2%85", "a surrogate": "%ED%A0%80" },
    ...Object.fromEntries(["%", "%zz", "u-ada%zz", "%FF", "%C0%AF", ".", "..", "%2e%2E"].map((id) => [id, id])),
  };
  testEach([
    ...ids(unknown, { status: 404 }),
    ...ids(invalid, { status: 400, places: ["path userId"] }),
    ...ids({ "auth0%7Cabc": "auth0%7Cabc", "auth0|abc": "auth0|abc" }, resultFor("auth0|abc")),
    ...ids({ "x%2Fy": "x%2Fy" }, resultFor("x/y")),
    ...ids({ "the stored NFC form": encoded("u-zo\u00eb") }, resultFor("u-zo\u00eb")),
    ...ids({ "every character encoded": "%75%2D%61%64%61" }, resultFor("u-ada")),
  ]);
});

describe("methods", () => {
  const methods = ["GET", "POST", "DELETE", "PATCH", "HEAD", "TRACE", "OPTIONS", "PROPFIND", "QUERY"];
  const post = { status: 405, method: "POST" };
  const preflight = { Origin: "https://planted.example", "Access-Control-Request-Method": "PUT" };
  testEach([
    ...methods.map((method) => ({ name: method, status: 405, method, body: null, headers: {} })),
    { name: "POST with a good body", ...post },
    { name: "GET without credentials", status: 405, method: "GET", body: null, headers: {}, credentials: {} },
    { name: "a CORS preflight", status: 405, method: "OPTIONS", body: null, credentials: {}, headers: preflight },
    ...["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"].map((name) => ({
      ...{ name: `POST with ${name}`, headers: { ...JSON_TYPE, [name]: "PUT" } },
      ...post,
    })),
    { name: "POST with _method in the query", ...post, path: "/v1/users/u-ada/$sync?_method=PUT" },
  ]);
});

describe("headers", () => {
  const filled = (bytes: number) => ({ ...JSON_TYPE, "X-Filler": "x".repeat(bytes) });
  testEach([
    { name: "a header block below 16 KiB", status: 200, headers: filled(15_000) },
    { name: "a header block over 16 KiB", status: 431, headers: filled(16_384) },
    { name: "a path over 16 KiB", status: 431, path: `/v1/users/${"x".repeat(16_384)}/$sync` },
  ]);
});
