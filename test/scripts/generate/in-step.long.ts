import { expect, test } from "vitest";
import { SECURITY_SCHEMES } from "../../../generated/operations.ts";
import { copyProject } from "./project-copy.ts";

const { name: NAME } = SECURITY_SCHEMES.ApplicationToken;

/** Calls the server of the copy through the client of the copy, and prints which header carried the token. */
const PROBE = `
import { createNexusClient } from "./client/nexus-client.ts";
import { startStub } from "./server/stub/start-stub.ts";
const directory = { users: [{ id: "u-ada" }], roles: [], roleConnectionMaps: [] };
const server = await startStub({ directory });
const { bearerToken: token, applicationToken } = server.demo;
let sent = [];
const client = createNexusClient({
  baseUrl: server.url,
  credentials: { type: "bearer", token, applicationToken },
  fetch: (url, init) => {
    sent = [...new Headers(init.headers)].filter(([, value]) => value === applicationToken).map(([name]) => name);
    return fetch(url, init);
  },
});
const result = await client.safeSyncUserIdentity("u-ada", { audience: "a", attributes: [], connection: { connectionId: "c" } });
console.log(sent.join(), result.ok ? result.meta.status : result.error.message);
await server.close();
`;

test("renaming the application token's header in the contract is the whole change for server and client", async () => {
  const project = copyProject();
  project.write("probe.ts", PROBE);
  expect(project.runScript("probe.ts").output).toBe(`${NAME.toLowerCase()} 200\n`);

  project.edit("openapi.yaml", `name: ${NAME}`, "name: X-App-Token");
  expect((await project.generate()).code).toBe(0);

  expect(project.runScript("probe.ts").output).toBe("x-app-token 200\n");
  expect(project.typeCheck()).toEqual({ code: 0, output: "" });
});

test("a new required property of the answer makes the compiler point at the code that answers", async () => {
  const project = copyProject();
  project.edit(
    "openapi.yaml",
    "required: [userId, displayName, givenName, familyName]\n      properties:\n",
    "required: [userId, displayName, givenName, familyName, shoeSize]\n      properties:\n        shoeSize:\n          type: integer\n",
  );
  // The contract's own examples must fit as well.
  project.edit(
    "openapi.yaml",
    "value:\n        userId: u-ada\n",
    "value:\n        userId: u-ada\n        shoeSize: 38\n",
  );
  project.edit(
    "openapi.yaml",
    "value:\n        userId: u-charles\n",
    "value:\n        userId: u-charles\n        shoeSize: 44\n",
  );

  const { code, output } = project.runScript("scripts/generate.ts");

  expect(output).toContain("wrote generated/types.ts");
  expect(output).toContain("1 handwritten line no longer fits:\n");
  expect(output).toMatch(/^ {2}server\/identity\/answer\.ts\(\d+,\d+\): error TS2741: Property 'shoeSize' is missing/m);
  expect(code).toBe(0);
});

test("a renamed operation and a status that is gone are generated, and the lines to change are listed", () => {
  const project = copyProject();
  project.edit("openapi.yaml", "operationId: SyncUserIdentity", "operationId: SyncIdentity");
  project.edit("openapi.yaml", '        "429":\n          $ref: "#/components/responses/TooManyRequests"\n', "");
  const { code, output } = project.runScript("scripts/generate.ts");
  expect(code).toBe(0);
  expect(output).toMatch(/^ {2}server\/sync-user-identity\.ts\(\d+,\d+\): error /m);
  expect(output).toMatch(/^ {2}client\/nexus-client\.ts\(\d+,\d+\): error /m);
  expect(output).toMatch(/^ {2}server\/http\/problem\.ts\(\d+,\d+\): error /m);
});

test("an operation without a handler, and a handler with an undeclared status, do not compile", async () => {
  const project = copyProject();
  project.edit("server/way-in.ts", "{ SyncUserIdentity: syncUserIdentity({ clock, metrics: options.metrics }) }", "{}");
  project.edit("server/handlers/sync-user-identity.ts", "return { status: 200, body:", "return { status: 201, body:");

  const { output } = project.typeCheck();

  expect(output).toMatch(/^server\/way-in\.ts\(\d+,\d+\): error TS[\s\S]*Property 'SyncUserIdentity' is missing/m);
  expect(output).toMatch(
    /^server\/sync-user-identity\.ts\(\d+,\d+\): error TS2322[\s\S]*Type '201' is not assignable/m,
  );
});
