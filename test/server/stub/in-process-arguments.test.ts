import { expect, onTestFinished, test } from "vitest";
import { startServer as startPackaged } from "../../../server/package/entry.ts";
import { startServer } from "../../../server/start.ts";
import { startStub } from "../../../server/stub/start-stub.ts";

async function stub() {
  const started = await startStub({ controlPort: "none" });
  onTestFinished(() => started.close());
  return started;
}

test.for<[rules: unknown, message: RegExp]>([
  [[{ fault: { kind: "restet" } }], /\/rules\/0\/fault\/kind must be one of .*Did you mean 'reset'\?/],
  [[{ fault: { kind: "status", status: 200 } }], /\/rules\/0\/fault\/status must be >= 400\.$/],
  [[{ fault: { kind: "reset" }, times: 0 }], /\/rules\/0\/times must be >= 1\.$/],
  [[{ match: { userid: "u" }, fault: { kind: "reset" } }], /\/rules\/0\/match\/userid must NOT be present\.$/],
  [[{ fault: { kind: "reset" } }, {}], /\/rules\/1\/fault must be present\.$/],
  [{ rules: [] }, /\/rules must be array\.$/],
  [[{ match: { operationId: "Sync" }, fault: { kind: "reset" } }], /must be an operation of the contract/],
])("faults.replace throws for %j, and keeps the rules", async ([rules, message]) => {
  const { faults } = await stub();
  faults.replace([{ fault: { kind: "reset" } }]);
  // Tests in JavaScript are not type-checked.
  expect(() => faults.replace(rules as [])).toThrow(message);
  expect(faults.list()).toMatchObject([{ rule: { fault: { kind: "reset" } } }]);
});

test("a change of the rules that were passed or listed has no effect", async () => {
  const { faults } = await stub();
  const rule = { times: 1, match: { userId: undefined as never }, fault: { kind: "status" as const, status: 503 } };
  faults.replace([rule]);
  rule.fault.status = 504;
  for (const listed of faults.list()) listed.rule.times = 9;
  expect(faults.list()).toMatchObject([{ rule: { times: 1, match: {}, fault: { status: 503 } } }]);
});

test.for([
  ...[{ journalSize: -1 }, { journalSize: Number.NaN }, { sessionBytes: "1" }, { bodyLimit: 0 }, { userLimit: "1mb" }],
  ...[{ keepAliveTimeout: -1 }, { clock: new Date() }, { database: 1 }, { directory: null }, { directory: "" }],
  ...[{ directory: 1 }, { directory: {} }, { demoSecret: 1 }, { demoSecret: "" }],
])("startStub rejects %j, and its message names the option or the member", async (options) => {
  const error = await startStub(options as object).then(
    (started) => started.close(),
    (reason: Error) => reason,
  );
  expect(error).toBeInstanceOf(Error);
  expect((error as Error).message).toMatch(/option|directory|NEXUS_SYNC_DEMO_SECRET/);
});

test.for([
  [{ journalsize: 5 }, "There is no option 'journalsize'. Did you mean 'journalSize'?"],
  [{ contract: "openapi.yaml" }, "There is no option 'contract'."],
  [{ controlPrt: undefined }, "There is no option 'controlPrt'. Did you mean 'controlPort'?"],
  [{ load: { inflight: 1 } }, "There is no option 'load.inflight'. Did you mean 'load.inFlight'?"],
  [{ bearer: { issuer: "i", audiance: "a" } }, "There is no option 'bearer.audiance'. Did you mean 'bearer.audience'?"],
  [{ bearer: "https://issuer.example" }, "The option bearer must be an object."],
] as const)("startStub rejects the unknown option of %j and names the nearest one", async ([options, message]) => {
  await expect(startStub(options as object)).rejects.toMatchObject({ name: "ConfigurationError", message });
});

test("startServer rejects an option that only a stub has", async () => {
  const rejected = { name: "ConfigurationError", message: "There is no option 'journalSize'." };
  await expect(startServer({ journalSize: 5 } as object)).rejects.toMatchObject(rejected);
});

test("startServer of the package rejects an unknown mode", async () => {
  const rejected = { name: "ConfigurationError", message: "The option mode must be stub or service." };
  await expect(startPackaged({ mode: "servcie" } as object)).rejects.toMatchObject(rejected);
});

test.for([{ port: -1 }, { port: "4010" }, { port: 70_000 }, { port: 1.5 }, { host: 1 }, { controlPort: "x" }])(
  "startStub rejects %j with a ConfigurationError",
  async (options) => {
    await expect(startStub(options as object)).rejects.toMatchObject({ name: "ConfigurationError" });
  },
);

test.for<[verification: unknown, message: RegExp]>([
  [{ match: { user: "u-ada" }, count: { exactly: 0 } }, /\/match\/user must NOT be present\.$/],
  [{ match: {}, count: {} }, /\/count must NOT have fewer than 1 properties\.$/],
  [{ match: {} }, /\/count must be present\.$/],
  [{ match: { status: "200" }, count: { exactly: 0 } }, /\/match\/status must be integer\.$/],
])("journal.verify throws for %j, which would match nothing", async ([verification, message]) => {
  const { journal } = await stub();
  expect(() => journal.verify(verification as Parameters<typeof journal.verify>[0])).toThrow(message);
});

test.for([
  [{ operationID: "SyncUserIdentity" }, "There is no option 'operationID'. Did you mean 'operationId'?"],
  [{ operationId: 1 }, "The option operationId must be a string."],
] as const)("journal.list throws for %j, which would list every request", async ([options, message]) => {
  const { journal } = await stub();
  expect(() => journal.list(options as object)).toThrow(message);
});

test.for(["a b", "ä", "x".repeat(65)])("session(%j) rejects a name that the header can't have", async (name) => {
  await expect((await stub()).session(name)).rejects.toMatchObject({ name: "ConfigurationError" });
});
