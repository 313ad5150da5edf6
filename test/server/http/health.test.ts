import { expect, onTestFinished, test } from "vitest";
import { ProblemDetails } from "../../../generated/validators.js";
import { holdUser, temporaryPostgres } from "../../helpers/postgres.ts";
import { openSite, send } from "../../helpers/site.ts";
import { put, startStubWithClient } from "../../helpers/stub.ts";

test("/livez and /readyz answer without credentials, HEAD without a body, other methods are 405", async () => {
  const { server } = await startStubWithClient();
  for (const [path, text] of [
    ["/livez", "alive\n"],
    ["/readyz", "ready\n"],
  ] as const) {
    const answer = await fetch(server.url + path);
    expect([answer.status, await answer.text(), answer.headers.get("cache-control")]).toEqual([200, text, "no-store"]);
    const head = await fetch(server.url + path, { method: "HEAD" });
    expect([head.status, await head.text(), head.headers.get("content-length")]).toEqual([
      200,
      "",
      String(text.length),
    ]);
    const post = await fetch(server.url + path, { method: "POST" });
    expect([post.status, post.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
    expect(ProblemDetails(await post.json())).toBe(true);
  }
});

test("/readyz is 503 from the start of a shutdown; /livez stays 200 and closes the connection", async () => {
  const { server } = await startStubWithClient();
  // Keep-alive connections of fetch stay usable through the grace.
  expect((await fetch(`${server.url}/livez`)).headers.get("connection")).toBe("keep-alive");
  const ended = server.end({ graceMs: 300 });
  const ready = await fetch(`${server.url}/readyz`);
  expect([ready.status, ready.headers.get("retry-after"), ready.headers.get("connection")]).toEqual([
    503,
    "1",
    "close",
  ]);
  expect(await ready.json()).toMatchObject({
    type: "urn:nexus-sync:problem:unavailable",
    detail: "The server is shutting down.",
  });
  expect(await ended).toBe(true);
});

test("/readyz is 503 where the store can't answer, and the cause is in the log alone", async () => {
  const site = await openSite();
  onTestFinished(() => site.close());
  site.breakStore();
  const ready = await send(site.server, { method: "GET", path: "/readyz", body: null, headers: {} });
  expect(ready.status).toBe(503);
  expect(ready.text).not.toMatch(/sqlite|table/i);
  expect(site.lines.join()).toMatch(/no such table/);
  const alive = await send(site.server, { method: "GET", path: "/livez", body: null, headers: {} });
  expect(alive.status).toBe(200);
});

test("/metrics counts requests by status and problem, store time, violations and the event loop's delay", async () => {
  const { server } = await startStubWithClient();
  await put(server);
  await put(server, { body: {} });
  await put(server, { headers: { Authorization: "Basic planted" } });
  const answer = await fetch(`${server.url}/metrics`);
  expect(answer.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  const text = await answer.text();
  for (const line of [
    'nexus_sync_requests_total{status="200",problem=""} 1',
    'nexus_sync_requests_total{status="400",problem="invalid-request"} 1',
    'nexus_sync_requests_total{status="401",problem="unauthenticated"} 1',
    "nexus_sync_request_duration_seconds_count 3",
    "nexus_sync_store_duration_seconds_count 1",
    'nexus_sync_contract_violations_total{side="request"} 3',
    "nexus_sync_requests_in_flight 1",
  ]) {
    expect(text.split("\n")).toContain(line);
  }
  expect(text).toMatch(/^nexus_sync_event_loop_delay_seconds\{quantile="0.99"\} [\d.e-]+$/m);
  expect(text).not.toMatch(/planted|u-ada/);
});

test("two servers in a process count each for itself", async () => {
  const [{ server: one }, { server: other }] = [await startStubWithClient(), await startStubWithClient()];
  await put(one);
  expect(await (await fetch(`${other.url}/metrics`)).text()).not.toContain('status="200",problem=""');
});

test("a request that is under way when the server begins to end is answered, with Connection: close", async () => {
  const database = await temporaryPostgres();
  const { server } = await startStubWithClient({ database });
  const finish = await holdUser(database, "u-ada");
  const underWay = put(server);
  await expect
    .poll(async () => (await fetch(`${server.url}/metrics`)).text())
    .toContain("nexus_sync_requests_in_flight 2\n");
  const ended = server.end({ graceMs: 300 });
  await finish();
  const answer = await underWay;
  expect([answer.status, answer.headers.get("connection")]).toEqual([200, "close"]);
  await answer.text();
  expect(await ended).toBe(true);
});
