import { setTimeout } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { at, bearer, claims } from "../../helpers/access.ts";
import { check } from "../../helpers/bad-input.ts";
import { send } from "../../helpers/server-fixture.ts";
import { keySet, openJwksSite, outage } from "./jwks-site.ts";
import { createSigner } from "./signers.ts";

const [old, next] = [createSigner("k-old"), createSigner("k-next")];
const MINUTE = 60;
const HOUR = 3_600;

describe("a key set that changes", () => {
  test("is used for ten minutes and then fetched again; removed keys are then rejected", async () => {
    const { endpoint, status, at } = await openJwksSite(keySet(old.jwk, next.jwk));
    expect(await status(old)).toBe(200);
    endpoint.listener = keySet(next.jwk);
    at(10 * MINUTE - 1);
    expect(await status(old)).toBe(200);
    expect(endpoint.requests).toBe(1);
    at(10 * MINUTE);
    expect([await status(old), await status(next)]).toEqual([401, 200]);
  });

  test("is fetched for a token with a new key; a removed old key is then rejected", async () => {
    const { endpoint, status, at } = await openJwksSite(keySet(old.jwk));
    expect(await status(old)).toBe(200);
    endpoint.listener = keySet(next.jwk);
    at(5);
    expect([await status(next), await status(old)]).toEqual([200, 401]);
    expect(endpoint.requests).toBe(2);
  });

  test("can assign another key to a kid; only that key is then accepted", async () => {
    const impostor = createSigner("k-old");
    const { endpoint, status, at } = await openJwksSite(keySet(impostor.jwk));
    expect([await status(old), await status(impostor)]).toEqual([401, 200]);
    endpoint.listener = keySet(old.jwk);
    at(10 * MINUTE);
    expect([await status(old), await status(impostor)]).toEqual([200, 401]);
  });

  test("is fetched again after the clock was set back", async () => {
    const { endpoint, status, at } = await openJwksSite(keySet(old.jwk));
    expect(await status(old)).toBe(200);
    endpoint.listener = keySet(next.jwk);
    at(-HOUR);
    expect([await status(old), await status(next)]).toEqual([401, 200]);
  });
});

describe("tokens with unknown keys", () => {
  test("cause one fetch in five seconds, whether the kid or the algorithm does not match", async () => {
    const rsa = createSigner("k-rsa", "rsa", { alg: "RS256" });
    const { endpoint, site, status, at } = await openJwksSite(keySet(old.jwk, rsa.jwk));
    expect(await status(old)).toBe(200);
    at(5);
    for (const id of ["k-a", "k-b", "k-c"]) expect(await status(createSigner(id))).toBe(401);
    at(9.999);
    expect(await status(next)).toBe(401);
    const credentials = bearer(rsa.token({ alg: "PS256" }));
    await check(site, { name: "PS256 for RS256", status: 401, credentials });
    expect(endpoint.requests).toBe(2);
    at(10);
    expect(await status(next)).toBe(401);
    expect(endpoint.requests).toBe(3);
  });

  test("cause one fetch in five seconds in an outage too", async () => {
    const { endpoint, status, at } = await openJwksSite(keySet(old.jwk));
    expect(await status(old)).toBe(200);
    endpoint.listener = outage;
    at(5);
    for (const id of ["k-a", "k-b", "k-c"]) expect(await status(createSigner(id))).toBe(503);
    at(9.999);
    expect(await status(next)).toBe(503);
    expect(endpoint.requests).toBe(2);
  });

  test("share one fetch, for the first key and for a new one", async () => {
    const { endpoint, status, at } = await openJwksSite(keySet(old.jwk));
    const twenty = (signer: typeof old) => Promise.all(Array.from({ length: 20 }, () => status(signer)));
    expect(new Set(await twenty(old))).toEqual(new Set([200]));
    expect(endpoint.requests).toBe(1);
    endpoint.listener = keySet(next.jwk);
    at(5);
    expect(new Set(await twenty(next))).toEqual(new Set([200]));
    expect(endpoint.requests).toBe(2);
  });
});

describe("an endpoint that is down", () => {
  test("does not prevent a start: Bearer is 503 until the keys are fetched, and Basic works", async () => {
    const { endpoint, site, status, at, credentials } = await openJwksSite(outage);
    await check(site, {
      ...{ name: "no key", status: 503, credentials: credentials(old) },
      after: ({ headers }) => expect(headers["retry-after"]).toEqual(["5"]),
    });
    expect(site.lines.join("")).toContain("socket hang up");
    expect((await send(site.server)).status).toBe(200);
    endpoint.listener = keySet(old.jwk);
    at(4.999);
    expect(await status(old)).toBe(503);
    at(5);
    expect(await status(old)).toBe(200);
  });

  test("leaves a cached key in use for an hour after the last good fetch, with one warning a minute", async () => {
    const { endpoint, warnings, status, at } = await openJwksSite(keySet(old.jwk));
    expect(await status(old)).toBe(200);
    endpoint.listener = outage;
    for (const [index, second] of [0, 10, 20, 59.999].entries()) {
      at(10 * MINUTE + second);
      expect(await status(old)).toBe(200);
      // The fetch continues after the response, and must fail before the clock moves.
      await expect.poll(() => endpoint.requests).toBe(index + 2);
      await setTimeout(20);
    }
    expect(warnings).toEqual([
      expect.stringMatching(/"jwks":"http:[^?]+\/jwks.json","reason":"socket hang up","usableUntil":"2026-11-23T13:00/),
    ]);
    expect(warnings[0]).not.toContain("planted");
    at(HOUR - 1);
    expect(await status(old)).toBe(200);
    await expect.poll(() => warnings).toHaveLength(2);
    at(HOUR);
    expect(await status(old)).toBe(503);
    endpoint.listener = keySet(old.jwk);
    at(HOUR + 5);
    expect(await status(old)).toBe(200);
  });

  test("does not make an expired token of a cached key valid", async () => {
    const { endpoint, site, status, at: set } = await openJwksSite(keySet(old.jwk));
    expect(await status(old)).toBe(200);
    endpoint.listener = outage;
    set(10 * MINUTE);
    expect(await status(old)).toBe(200);
    const expired = old.token({ payload: claims({ exp: at(10) }) });
    await check(site, { name: "expired", status: 401, credentials: bearer(expired) });
  });

  test("delays no token of a cached key, even if it keeps the connection open", async () => {
    const { endpoint, status, at } = await openJwksSite(keySet(old.jwk));
    expect(await status(old)).toBe(200);
    endpoint.listener = outage;
    at(10 * MINUTE);
    expect(await status(old)).toBe(200);

    let isClosed = false;
    endpoint.listener = ({ socket }) => {
      socket.once("close", () => {
        isClosed = true;
      });
    };
    at(10 * MINUTE + 5);
    expect(await status(old)).toBe(200);
    await expect.poll(() => endpoint.requests).toBe(3);
    expect(isClosed).toBe(false);
  });
});
