import { expect, test } from "vitest";
import { expectProblemDocument } from "../../helpers/bad-input.ts";
import { send, testServer } from "../../helpers/server-fixture.ts";
import { put, startStubWithClient } from "../../helpers/stub.ts";

test.for([
  ["/livez", "alive\n"],
  ["/readyz", "ready\n"],
] as const)("%s needs no credentials, supports HEAD, and rejects other methods with 405", async ([path, text]) => {
  const { server } = await startStubWithClient();
  const [get, head, post] = await Promise.all(
    ["GET", "HEAD", "POST"].map((method) => fetch(server.url + path, { method })),
  );
  expect([get?.status, await get?.text(), get?.headers.get("cache-control")]).toEqual([200, text, "no-store"]);
  const length = head?.headers.get("content-length");
  expect([head?.status, await head?.text(), length]).toEqual([200, "", String(text.length)]);
  expect([post?.status, post?.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
  expectProblemDocument(405, await post?.json());
});

test("/readyz is 503 and closes the connection from the start of a shutdown", async () => {
  const { server } = await startStubWithClient();
  // An open connection keeps the port open for the grace period.
  expect((await fetch(`${server.url}/livez`)).headers.get("connection")).toBe("keep-alive");
  const ended = server.end({ graceMs: 300 });
  const response = await fetch(`${server.url}/readyz`);
  const { status, headers } = response;
  expect([status, headers.get("retry-after"), headers.get("connection")]).toEqual([503, "1", "close"]);
  const type = "urn:nexus-sync:problem:unavailable";
  expect(await response.json()).toMatchObject({ type, detail: "The server is shutting down." });
  expect(await ended).toBe(true);
});

test("/readyz is 503 while the store fails, and only the log has the cause", async () => {
  const { server, breakStore, lines } = await testServer();
  breakStore();
  const get = (path: string) => send(server, { method: "GET", path, body: null, headers: {} });
  const { status, text } = await get("/readyz");
  expect(status).toBe(503);
  expect(text).not.toMatch(/sqlite|table/i);
  expect(lines.join()).toMatch(/no such table/);
  expect((await get("/livez")).status).toBe(200);
});

test("/metrics counts requests by status and problem, store time, violations and event-loop delay", async () => {
  const [{ server }, { server: other }] = [await startStubWithClient(), await startStubWithClient()];
  await put(server);
  await put(server, { body: {} });
  await put(server, { headers: { Authorization: "Basic planted" } });
  const response = await fetch(`${server.url}/metrics`);
  expect(response.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  const text = await response.text();
  expect(text.split("\n")).toEqual(
    expect.arrayContaining([
      'nexus_sync_requests_total{operation="SyncUserIdentity",status="200",problem=""} 1',
      'nexus_sync_requests_total{operation="SyncUserIdentity",status="400",problem="invalid-request"} 1',
      'nexus_sync_requests_total{operation="SyncUserIdentity",status="401",problem="unauthenticated"} 1',
      "nexus_sync_request_duration_seconds_count 3",
      "nexus_sync_store_duration_seconds_count 1",
      'nexus_sync_contract_violations_total{side="request"} 3',
      "nexus_sync_requests_in_flight 1",
    ]),
  );
  expect(text).toMatch(/^nexus_sync_event_loop_delay_seconds\{quantile="0.99"\} [\d.e-]+$/m);
  expect(text).not.toMatch(/planted|u-ada/);
  // Another server in this process has its own metrics.
  expect(await (await fetch(`${other.url}/metrics`)).text()).not.toContain("nexus_sync_requests_total{");
});
