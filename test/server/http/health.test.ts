import { expect, test } from "vitest";
import { expectProblemDocument } from "../../helpers/bad-input.ts";
import { send, testServer } from "../../helpers/server-fixture.ts";
import { startStubWithClient } from "../../helpers/stub.ts";

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
