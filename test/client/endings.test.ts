import { type AddressInfo, createServer } from "node:net";
import { inspect } from "node:util";
import { expect, onTestFinished, test, vi } from "vitest";
import type { SecretAsk } from "../../client/credentials.ts";
import type { CallOptions, NexusClientOptions } from "../../client/nexus-client.ts";
import { signIn } from "../helpers/stub.ts";
import { clientFor, hang, respond, startFaultServer } from "./fault-server.ts";

/** The error of a call without retries. */
async function errorFrom(url: string, options: Partial<NexusClientOptions> = {}, call: CallOptions = {}) {
  const client = clientFor(url, { retry: { limit: 0 }, ...options });
  const result = await client.safeSyncUserIdentity("u-user-marker", signIn(), call);
  if (result.ok) throw new Error("The call succeeded.");
  return result.error;
}

/** A schema with this function. */
const schemaOf = (validate: () => Promise<object>) => ({
  "~standard": { version: 1 as const, vendor: "test", validate },
});

/** Collects what Node reports about the process until the end of the test. */
function processReports(event: "warning" | "unhandledRejection") {
  const reports: unknown[] = [];
  const listener = (report: unknown) => void reports.push(report);
  process.on(event, listener);
  onTestFinished(() => void process.off(event, listener));
  return reports;
}

/** A server that sends this text after each request, and the request itself if it is undefined. */
async function startTcpServer(text?: string) {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.on("data", (request) => socket.end(text ?? request));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("a call with a schema that never settles ends at its deadline, and at its abort", async () => {
  const { url } = await startFaultServer(respond());
  const responseSchema = schemaOf(() => new Promise(() => {}));
  const late = await errorFrom(url, { responseSchema, deadlineMs: 100 });
  expect(late).toMatchObject({ kind: "timeout", attempts: 1, message: expect.stringContaining("100 ms") });
  const aborted = await errorFrom(url, { responseSchema }, { signal: AbortSignal.timeout(100) });
  expect(aborted).toMatchObject({ kind: "aborted", attempts: 1 });
});

test("a schema that fails is a validation error, because the operation was done", async () => {
  const { url } = await startFaultServer(respond());
  const cause = new Error("The registry of schemas is down.");
  const error = await errorFrom(url, { responseSchema: schemaOf(() => Promise.reject(cause)) });
  expect(error).toMatchObject({ kind: "validation", status: 200, message: "responseSchema failed.", cause });
});

test("errors of an async onEvent are ignored", async () => {
  const { url } = await startFaultServer(respond());
  const rejections = processReports("unhandledRejection");
  const onEvent = async () => {
    throw new Error("The exporter is down.");
  };
  expect(await clientFor(url, { onEvent }).safeSyncUserIdentity("u", signIn())).toMatchObject({ ok: true });
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(rejections).toEqual([]);
});

test("a refresh that never settles is given up after its time limit, so that later calls start another one", async () => {
  const { url } = await startFaultServer(({ headers }, response) => {
    respond(headers.authorization === "Bearer new" ? 200 : 401)(undefined as never, response as never);
  });
  // 30 s by default.
  const signalAfter = AbortSignal.timeout.bind(AbortSignal);
  const limit = vi.spyOn(AbortSignal, "timeout").mockImplementation(() => signalAfter(100));
  onTestFinished(() => limit.mockRestore());
  let refreshes = 0;
  const token = ({ forceRefresh }: SecretAsk) => {
    if (!forceRefresh) return "old";
    refreshes += 1;
    return refreshes === 1 ? new Promise<string>(() => {}) : "new";
  };
  const credentials = { type: "bearer", token, applicationToken: "application" } as const;
  const client = clientFor(url, { credentials, deadlineMs: 500 });
  const call = () => client.safeSyncUserIdentity("u", signIn());
  expect(await call()).toMatchObject({ ok: false, error: { kind: "timeout" } });
  expect(await call()).toMatchObject({ ok: true });
});

test("a call whose deadline has passed sends nothing more, and Node prints no warning", async () => {
  const { url, seen } = await startFaultServer(hang);
  const warnings = processReports("warning");
  const password = async () => {
    const end = performance.now() + 60;
    while (performance.now() < end);
    return "secret";
  };
  const credentials = { type: "basic", username: "key", password } as const;
  expect(await errorFrom(url, { credentials, deadlineMs: 20 })).toMatchObject({ kind: "timeout", attempts: 0 });
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect([seen, warnings]).toEqual([[], []]);
});

test.for([
  ["another protocol", "SSH-2.0-OpenSSH_9.6\r\n"],
  ["the request itself", undefined],
  [
    "a broken chunk",
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nbody-marker\r\n",
  ],
] as const)("a server that sends %s is named, and the error has nothing of what it sent", async ([, text]) => {
  const error = await errorFrom(await startTcpServer(text));
  expect(error).toMatchObject({ kind: "network", reason: "protocol" });
  expect(error.message).toMatch(/got no complete response \(protocol: (match the HTTP\/1\.1 protocol|HPE_\w+)\)\.$/);
  const everything = inspect(error, { depth: 9, showHidden: true }) + JSON.stringify(error);
  expect(everything).not.toMatch(/SSH-2|user-marker|body-marker|con_acme-ad|Basic /);
});

test("the error of a token endpoint that sends the request back has nothing of it", async () => {
  const url = await startTcpServer();
  const request = { method: "POST", body: "client_secret=s3cret-marker" };
  const sources = [
    async () => (await fetch(url, request)).text(),
    // As undici's `request` rejects.
    () => fetch(url, request).then(String, ({ cause }) => Promise.reject(cause)),
  ];
  for (const token of sources) {
    const error = await errorFrom(url, { credentials: { type: "bearer", token, applicationToken: "application" } });
    expect(error).toMatchObject({ kind: "auth", message: expect.stringContaining("match the HTTP/1.1 protocol") });
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain("s3cret-marker");
  }
});

test.for([
  ["Transfer-Encoding", "chunked"],
  ["Keep-Alive", "timeout=5"],
  ["Upgrade", "h2c"],
  ["Expect", "100-continue"],
] as const)("the header %s, which fetch rejects, is a config error with its name", async ([name, value]) => {
  const headers = { [name]: value };
  const error = await errorFrom("https://nexus.example", {}, { headers });
  const message = `The header '${name}' belongs to the client or the runtime.`;
  expect(error).toMatchObject({ kind: "config", message, attempts: 0 });
  expect(() => clientFor("https://nexus.example", { headers })).toThrow(expect.objectContaining({ message }));
});

test.for([
  {},
  { toString: () => "s3cret-marker" },
  () => "s3cret-marker",
  "a\ns3cret-marker",
  "✓",
  Symbol("s3cret-marker"),
])("a header with the value %o is a config error with its name, without the value", async (value) => {
  const { url, seen } = await startFaultServer(respond());
  const headers = { "X-Tenant": value as string };
  const message = "The header 'X-Tenant' has a name or value that is not allowed.";
  const error = await errorFrom(url, {}, { headers });
  expect(error).toMatchObject({ kind: "config", message });
  expect(inspect(error, { depth: 9, showHidden: true })).not.toContain("s3cret-marker");
  expect(() => clientFor(url, { headers })).toThrow(expect.objectContaining({ message }));
  expect(seen).toEqual([]);
});

test("a Retry-After of any size is a whole number of milliseconds", async () => {
  const { url } = await startFaultServer(respond(503, { "Retry-After": "9".repeat(400) }));
  const error = await errorFrom(url);
  expect(JSON.parse(JSON.stringify(error)).retryAfterMs).toBe(1e15);
});

test("a call without crypto.randomUUID, as in a page without TLS, has a request id too", async () => {
  const { url, seen } = await startFaultServer(respond());
  const { randomUUID } = crypto;
  Object.defineProperty(crypto, "randomUUID", { value: undefined, configurable: true });
  onTestFinished(() => void Object.defineProperty(crypto, "randomUUID", { value: randomUUID, configurable: true }));
  expect(await clientFor(url).safeSyncUserIdentity("u", signIn())).toMatchObject({ ok: true });
  expect(seen[0]?.headers["x-request-id"]).toMatch(/^[!-~]{8,128}$/);
});

test("options whose members can't be read are a config error with the cause, and nothing is sent", async () => {
  const { url, seen } = await startFaultServer(respond());
  const cause = new Error("The settings are not loaded.");
  for (const name of ["requestId", "signal"]) {
    const options = Object.defineProperty({}, name, {
      enumerable: true,
      get: () => {
        throw cause;
      },
    });
    const error = await errorFrom(url, {}, options);
    expect(error).toMatchObject({ kind: "config", message: "An argument is invalid.", cause, attempts: 0 });
  }
  expect(seen).toEqual([]);
});
