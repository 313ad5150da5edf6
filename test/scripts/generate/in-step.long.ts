import { expect, test } from "vitest";
import { SECURITY_SCHEMES } from "../../../generated/operations.ts";
import { copyProject } from "./project-copy.ts";

const { name: NAME } = SECURITY_SCHEMES.ApplicationToken;

/** Each test compiles the whole project. */
const TIMEOUT = { timeout: 90_000 };

/** Calls the copy's server through the copy's client, and prints the name of the header that contains the token. */
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

test("a header renamed in the contract is used by server and client without another change", TIMEOUT, async () => {
  const project = copyProject();
  project.write("probe.ts", PROBE);
  expect(project.runScript("probe.ts").output).toBe(`${NAME.toLowerCase()} 200\n`);

  project.edit("openapi.yaml", `name: ${NAME}`, "name: X-App-Token");
  expect((await project.generate()).code).toBe(0);

  expect(project.runScript("probe.ts").output).toBe("x-app-token 200\n");
  expect(project.typeCheck()).toEqual({ code: 0, output: "" });
});

test(
  "a new required property of the response is generated, and the code that builds the response is listed",
  TIMEOUT,
  () => {
    const project = copyProject();
    const edit = (from: string, to: string) => project.edit("openapi.yaml", from, to);
    const names = "[userId, displayName, givenName, familyName";
    edit(
      `required: ${names}]\n      properties:\n`,
      `required: ${names}, shoeSize]\n      properties:\n        shoeSize:\n          type: integer\n`,
    );
    // The contract's own examples must match as well.
    for (const id of ["u-ada", "u-charles"])
      edit(`value:\n        userId: ${id}\n`, `value:\n        userId: ${id}\n        shoeSize: 38\n`);

    const { code, output } = project.runScript("scripts/generate.ts");

    expect(output).toContain("wrote generated/types.ts");
    expect(output).toMatch(/^\d+ handwritten lines? no longer compiles?:$/m);
    expect(output).toMatch(/^ {2}server\/\S+\(\d+,\d+\): error .*\n {4}Property 'shoeSize' is missing/m);
    expect(code).toBe(0);
  },
);

test("a renamed operation and a removed status are generated, and the lines to change are listed", TIMEOUT, () => {
  const project = copyProject();
  project.edit("openapi.yaml", "operationId: SyncUserIdentity", "operationId: SyncIdentity");
  project.edit("openapi.yaml", '        "429":\n          $ref: "#/components/responses/TooManyRequests"\n', "");
  const { code, output } = project.runScript("scripts/generate.ts");
  expect(code).toBe(0);
  expect(output).toMatch(/^ {2}server\/\S+\(\d+,\d+\): error .*'SyncUserIdentity'/m);
  expect(output).toMatch(/^ {2}client\/\S+\(\d+,\d+\): error .*'SyncUserIdentity/m);
  expect(output).toMatch(/^ {2}server\/\S+\(\d+,\d+\): error .*'429'/m);
  expect(project.typeCheck().code).not.toBe(0);
});
