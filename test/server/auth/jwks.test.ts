import { describe, expect, test } from "vitest";
import { at, bearer, claims } from "../../helpers/access.ts";
import { check } from "../../helpers/bad-input.ts";
import { send } from "../../helpers/site.ts";
import { keySet, openJwksSite, outage } from "./jwks-site.ts";
import { createSigner } from "./signers.ts";

const [old, next] = [createSigner("k-old"), createSigner("k-next")];
const MINUTE = 60;
const HOUR = 3_600;

describe("a key set that changes", () => {
  test("the first token fetches the set, and the tokens of the next ten minutes do without", async () => {
    const { endpoint, status, at } = await openJwksSite(keySet(old.jwk));

    expect(await status(old)).toBe(200);
    at(10 * MINUTE - 1);
    expect(await status(old)).toBe(200);

    expect(endpoint.requests).toBe(1);
  });

  test("a set that is fetched ahead keeps the first token from waiting", async () => {
    const { endpoint, ready, status } = await openJwksSite(keySet(old.jwk));

    await ready();
    expect(endpoint.requests).toBe(1);

    endpoint.answer = outage;
    expect(await status(old)).toBe(200);
  });

  test("a new key works at once, and the old one no more", async () => {
    const { endpoint, status, at } = await openJwksSite(keySet(old.jwk));
    expect(await status(old)).toBe(200);

    endpoint.answer = keySet(next.jwk);
    at(5);

    expect([await status(next), await status(old)]).toEqual([200, 401]);
    expect(endpoint.requests).toBe(2);
  });

  test("a key that was taken from the set stops working after ten minutes", async () => {
    const { endpoint, status, at } = await openJwksSite(keySet(old.jwk, next.jwk));
    expect(await status(old)).toBe(200);

    endpoint.answer = keySet(next.jwk);
    at(10 * MINUTE - 1);
    expect(await status(old)).toBe(200);
    at(10 * MINUTE);
    expect([await status(old), await status(next)]).toEqual([401, 200]);
  });

  test("an id that now names another key holds for that one alone", async () => {
    const impostor = createSigner("k-old");
    const { endpoint, status, at } = await openJwksSite(keySet(impostor.jwk));
    expect([await status(old), await status(impostor)]).toEqual([401, 200]);

    endpoint.answer = keySet(old.jwk);
    at(10 * MINUTE);

    expect([await status(old), await status(impostor)]).toEqual([200, 401]);
  });
});

describe("tokens that name other keys", () => {
  test("made-up key ids bring one fetch in five seconds", async () => {
    const { endpoint, status, at } = await openJwksSite(keySet(old.jwk));
    expect(await status(old)).toBe(200);
    at(5);

    for (const id of ["k-a", "k-b", "k-c"]) expect(await status(createSigner(id))).toBe(401);
    at(9.999);
    expect(await status(next)).toBe(401);
    expect(endpoint.requests).toBe(2);

    at(10);
    expect(await status(next)).toBe(401);
    expect(endpoint.requests).toBe(3);
  });

  test("a token whose algorithm does not fit its key brings no fetch", async () => {
    const rsa = createSigner("k-rsa", "rsa", { alg: "RS256" });
    const { endpoint, site, status, at } = await openJwksSite(keySet(rsa.jwk));
    expect(await status(rsa)).toBe(200);
    at(5);

    const credentials = bearer(rsa.token({ alg: "PS256" }));
    await check(site, { name: "PS256 for RS256", status: 401, credentials });

    expect(endpoint.requests).toBe(1);
  });

  test("J2 a token that brings or points to its own key brings no fetch", async () => {
    const { endpoint, site } = await openJwksSite(keySet(old.jwk));
    for (const header of [{ jwk: next.jwk }, { jku: endpoint.url }, { x5u: endpoint.url }, { x5c: ["AAAA"] }]) {
      await check(site, { name: "J2", status: 401, credentials: bearer(next.token({ header })) });
    }
    expect(endpoint.requests).toBe(0);
  });

  test("20 tokens at a time share one fetch, the first ones and those of a new key", async () => {
    const { endpoint, status, at } = await openJwksSite(keySet(old.jwk));
    const twenty = (signer: typeof old) => Promise.all(Array.from({ length: 20 }, () => status(signer)));

    expect(new Set(await twenty(old))).toEqual(new Set([200]));
    expect(endpoint.requests).toBe(1);

    endpoint.answer = keySet(next.jwk);
    at(5);
    expect(new Set(await twenty(next))).toEqual(new Set([200]));
    expect(endpoint.requests).toBe(2);
  });

  test("a fetch under way is shared even once the five seconds are over", async () => {
    const { endpoint, ready, at } = await openJwksSite(keySet(old.jwk));

    const first = ready();
    at(6);
    await Promise.all([first, ready()]);

    expect(endpoint.requests).toBe(1);
  });
});

describe("an endpoint that is down", () => {
  test("a server starts without it: Bearer is 503 until the keys are there, and Basic works", async () => {
    const { endpoint, site, ready, status, at, credentials } = await openJwksSite(outage);

    await ready();
    await check(site, { name: "not yet", status: 503, credentials: credentials(old) });
    expect((await send(site.server)).status).toBe(200);

    endpoint.answer = keySet(old.jwk);
    at(4.999);
    expect(await status(old)).toBe(503);
    at(5);
    expect(await status(old)).toBe(200);
  });

  test("the answer without a key tells when to come back, and the log says why", async () => {
    const { site, credentials } = await openJwksSite(outage);

    await check(site, {
      ...{ name: "no key", status: 503, credentials: credentials(old) },
      after: ({ headers }) => expect(headers["retry-after"]).toEqual(["5"]),
    });

    expect(site.lines.join("")).toContain("socket hang up");
  });

  test("a cached key works for an hour after the last good fetch, with one warning a minute", async () => {
    const { endpoint, warnings, ready, status, at } = await openJwksSite(keySet(old.jwk));
    expect(await status(old)).toBe(200);
    endpoint.answer = outage;

    for (const second of [0, 10, 20, 59.999]) {
      at(10 * MINUTE + second);
      expect(await status(old)).toBe(200);
      // The fetch that goes on behind the answer ends before the clock moves.
      await ready();
    }
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(
      /"jwks":"http:[^?]+\/jwks.json","reason":"socket hang up","usableUntil":"2026-11-23T13:00/,
    );
    expect(warnings[0]).not.toContain("planted");

    at(HOUR - 1);
    expect(await status(old)).toBe(200);
    await ready();
    expect(warnings).toHaveLength(2);
    at(HOUR);
    expect(await status(old)).toBe(503);

    endpoint.answer = keySet(old.jwk);
    at(HOUR + 5);
    expect(await status(old)).toBe(200);
  });

  test("a token of a key that is not cached is 503, since it may be good, and 401 once the endpoint is back", async () => {
    const { endpoint, site, status, at, credentials } = await openJwksSite(keySet(old.jwk));
    expect(await status(old)).toBe(200);

    endpoint.answer = outage;
    at(5);
    await check(site, { name: "a key not cached", status: 503, credentials: credentials(next) });
    expect(await status(old)).toBe(200);

    endpoint.answer = keySet(old.jwk);
    at(10);
    await check(site, { name: "a key not in the set", status: 401, credentials: credentials(next) });
  });

  test("a cached key does not excuse the token", async () => {
    const { endpoint, site, status, at: set } = await openJwksSite(keySet(old.jwk));
    expect(await status(old)).toBe(200);
    endpoint.answer = outage;
    set(10 * MINUTE);
    expect(await status(old)).toBe(200);

    const expired = old.token({ payload: claims({ exp: at(10) }) });
    await check(site, { name: "expired", status: 401, credentials: bearer(expired) });
  });

  test("a clock that is put back does not keep the old set for longer", async () => {
    const { endpoint, status, at } = await openJwksSite(keySet(old.jwk));
    expect(await status(old)).toBe(200);

    endpoint.answer = keySet(next.jwk);
    at(-HOUR);

    expect([await status(old), await status(next)]).toEqual([401, 200]);
  });
});
