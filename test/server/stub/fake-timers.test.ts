import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { type RunningStub, startStub } from "../../../server/stub/start-stub.ts";
import { acme, basicHeader, bearerOf, signIn } from "../../helpers/stub.ts";
import { call, pathOf } from "./call.ts";
import { control } from "./control/control-site.ts";

/** Fakes what vitest fakes by default, at another time. */
function fakeTimers(now: string) {
  vi.useFakeTimers({ now: new Date(now) });
  onTestFinished(() => void vi.useRealTimers());
}

/** Uses the features of a stub that have timers, and closes it. */
async function useStub(server: RunningStub) {
  const { token, applicationToken } = bearerOf(server);
  const bearer = { Authorization: `Bearer ${token}`, "X-Application-Token": String(applicationToken) };
  for (const credentials of [basicHeader(server), bearer])
    expect((await call(server, { credentials })).status).toBe(200);
  server.faults.replace([{ times: 1, fault: { kind: "latency", ms: 20 } }]);
  expect((await call(server)).status).toBe(200);
  expect((await call(server, { headers: { Prefer: "wait=1" } })).status).toBe(200);
  expect((await call(server, { headers: { "X-Contract-Session": "s" } })).status).toBe(200);
  expect((await control(server, "/users")).status).toBe(200);
  expect((await control(server, "/reset", { method: "POST" })).status).toBe(204);
  await server.load(acme());
  expect((await call(server)).status).toBe(200);
  // A request that is in progress when the stub closes.
  server.faults.replace([{ fault: { kind: "latency", ms: 50 } }]);
  const last = call(server);
  await vi.waitFor(() => expect(server.faults.list()[0]?.fired).toBe(1));
  await server.close();
  expect((await last).status).toBe(200);
}

describe("a stub under fake timers", () => {
  test.each(["2020-01-01T00:00:00Z", "2099-01-01T00:00:00Z"])("starts, replies and closes in %s", async (now) => {
    fakeTimers(now);
    const server = await startStub({ directory: acme() });
    onTestFinished(() => server.close());
    await useStub(server);
  });

  test.each(["2020-01-01T00:00:00Z", "2099-01-01T00:00:00Z"])(
    "that was started before replies and closes in %s",
    async (now) => {
      const server = await startStub({ directory: acme() });
      onTestFinished(() => server.close());
      fakeTimers(now);
      await useStub(server);
    },
  );

  test("stores the time of the system, or of the clock in its options", async () => {
    fakeTimers("2020-01-01T00:00:00Z");
    const yearIn = async (clock?: () => Date) => {
      const server = await startStub({ directory: acme(), ...(clock && { clock }) });
      onTestFinished(() => server.close());
      await call(server);
      return (await server.user("u-ada"))?.modified?.slice(0, 4);
    };
    expect(Number(await yearIn())).toBeGreaterThan(2_025);
    expect(await yearIn(() => new Date())).toBe("2020");
  });
});

test("a stub that is imported when the global timers do not work starts, replies and closes", async () => {
  const script = `
    for (const name of ["setTimeout", "setInterval", "setImmediate"]) globalThis[name] = () => { throw new Error(name); };
    globalThis.performance = { now: () => 0 };
    const { request } = await import("node:http");
    const { once } = await import("node:events");
    const { startStub } = await import(${JSON.stringify(new URL("../../../server/stub/start-stub.ts", import.meta.url).href)});
    const server = await startStub({ directory: ${JSON.stringify(acme())} });
    const { id, secret } = server.demo.apiKey;
    const headers = { "Content-Type": "application/json", Authorization: "Basic " + btoa(id + ":" + secret) };
    const call = request(server.url + "${pathOf("u-ada")}", { method: "PUT", headers });
    call.end(${JSON.stringify(JSON.stringify(signIn()))});
    const [response] = await once(call, "response");
    await once(response.resume(), "end");
    await server.close();
    console.log(response.statusCode);`;
  const args = ["--input-type=module", "--eval", script];
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 20_000 });
  expect(stdout).toBe("200\n");
});
