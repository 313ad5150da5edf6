import { expect, test } from "vitest";
import { startFaultServer } from "../client/fault-server.ts";
import { basicHeader, startStubWithClient } from "../helpers/stub.ts";
import { createRecorder } from "./recorder.ts";

test("a good sync is ok and its response has the token in all places; 4xx responses are rejected", async () => {
  const { server } = await startStubWithClient();
  const { records, caller } = createRecorder({ url: server.url, authorization: basicHeader(server).Authorization });
  const { sync, close } = caller("a");
  for (const kind of ["good", "too-long", "unknown-user", "wrong-secret"] as const) await sync("u-ada", kind);
  close();

  expect(records.map(({ outcome, status }) => `${status} ${outcome}`)).toEqual([
    "200 ok",
    "400 rejected",
    "404 rejected",
    "401 rejected",
  ]);
  const [ok] = records;
  expect(ok?.seen?.places).toEqual(["t-a.1", "t-a.1", "t-a.1"]);
  expect([...(ok?.seen?.own ?? [])]).toEqual([["a", "t-a.1"]]);
  expect(ok?.seen?.tokens).toEqual(["t-a.1"]);
});

test("a 5xx and a closed connection are unknown, and the caller continues", async () => {
  const outcomes = [500, 503, 0, 503];
  const { url } = await startFaultServer((request, response) => {
    const status = outcomes.shift() ?? 0;
    if (status === 0) request.socket.destroy();
    else response.writeHead(status, { "Content-Length": 0 }).end();
  });
  const { records, caller } = createRecorder({ url, authorization: "Basic none" });
  const { sync, close } = caller("a");
  for (let count = 0; count < 4; count += 1) await sync("u-1");
  close();

  expect(records.map(({ outcome, status, token }) => `${token} ${status} ${outcome}`)).toEqual([
    "t-a.1 500 unknown",
    "t-a.2 503 unknown",
    "t-a.3 0 unknown",
    "t-a.4 503 unknown",
  ]);
  for (const { start, end } of records) expect(end).toBeGreaterThanOrEqual(start);
});
