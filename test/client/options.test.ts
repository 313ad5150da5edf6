import { expect, onTestFinished, test } from "vitest";
import { SyncUserIdentityResult } from "../../generated/validators.js";
import { clientOf, signIn, startStubWithClient } from "../helpers/stub.ts";
import { clientFor, startFaultServer } from "./fault-server.ts";

const config = (words: RegExp) => expect.objectContaining({ kind: "config", message: expect.stringMatching(words) });

test("headers of one's own go along, and so does a user agent", async () => {
  const { url, seen } = await startFaultServer((_, response) => response.end());
  await clientFor(url, { headers: { "X-Tenant": "acme" }, userAgent: "hook/2" }).safeSyncUserIdentity("u", signIn());
  await clientFor(url).safeSyncUserIdentity("u", signIn());
  expect(seen.map(({ headers }) => [headers["x-tenant"], headers["user-agent"]])).toEqual([
    ["acme", "hook/2"],
    [undefined, "nexus-sync-client"],
  ]);
});

test.for([{ Authorization: "x" }, { "x-application-token": "x" }, { "Content-Type": "x" }, { "X-Request-Id": "x" }])(
  "the client's own header in %j is refused",
  (headers) => {
    expect(() => clientFor("http://127.0.0.1:9", { headers: headers as never })).toThrow(config(/sets '.+' itself/));
  },
);

test("a header that HTTP can't carry is refused without a word of it", () => {
  const make = () => clientFor("http://127.0.0.1:9", { headers: { "X-A": "s3cret-marker\r\nX-B: 1" } });
  expect(make).toThrow(config(/not allowed in a header/));
  expect(make).toThrow(expect.not.objectContaining({ message: expect.stringContaining("s3cret-marker") }));
});

test.for([0, -1, Number.NaN, 2 ** 31])("deadlineMs %d is refused", (deadlineMs) => {
  expect(() => clientFor("http://127.0.0.1:9", { deadlineMs })).toThrow(config(/^deadlineMs must be/));
});

/** The contract's own validator as a Standard Schema. */
const responseSchema = {
  "~standard": {
    version: 1,
    vendor: "test",
    validate: (value: unknown) =>
      SyncUserIdentityResult(value)
        ? { value }
        : {
            issues: (SyncUserIdentityResult.errors ?? []).map(({ instancePath }) => ({
              path: instancePath.split("/").slice(1),
            })),
          },
  },
} as const;

test("an answer that does not fit the schema is a validation error that says where, and not what", async () => {
  const { url } = await startFaultServer((_, response) => {
    const body = { userId: "s3cret-marker", displayName: 7, givenName: "a", familyName: "b" };
    response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify(body));
  });
  const result = await clientFor(url, { responseSchema }).safeSyncUserIdentity("u", signIn());
  if (result.ok) throw new Error("It was taken for success.");
  expect(result.error).toMatchObject({ kind: "validation", status: 200 });
  expect(result.error.message).toBe("The response does not match responseSchema at /displayName.");
  const { server } = await startStubWithClient();
  expect((await clientOf(server, { responseSchema }).safeSyncUserIdentity("u-ada", signIn())).ok).toBe(true);
});

test("in a page a client is refused unless that is allowed", () => {
  Object.defineProperty(globalThis, "document", { value: {}, configurable: true });
  onTestFinished(() => void Reflect.deleteProperty(globalThis, "document"));
  expect(() => clientFor("http://127.0.0.1:9")).toThrow(config(/dangerouslyAllowBrowser/));
  expect(() => clientFor("http://127.0.0.1:9", { dangerouslyAllowBrowser: true })).not.toThrow();
});
