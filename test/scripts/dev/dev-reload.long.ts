import { expect, test } from "vitest";
import { DEMO_PAIR, readyFrom } from "../../../scripts/shared/server-process.ts";
import { startDev } from "./dev-process.ts";

const RELOADED = /^The server uses the new contract\.$/m;
const GREETING = `  /v1/greeting:
    get:
      operationId: ReadGreeting
      security: [{ Basic: [] }]
      x-required-permissions: [user.write]
      responses:
        "200":
          description: A greeting.
          content:
            application/json:
              schema: { type: string }
              example: from the contract`;
/** Type-checks the whole project, next to other tests. */
const TIMEOUT = { timeout: 90_000 };

test("the server serves an operation that has lost its handler from its examples", async () => {
  const { printed, project } = startDev("--port", "0");
  const { url } = await readyFrom({ printed });
  const headers = { Authorization: `Basic ${btoa(DEMO_PAIR)}`, "Content-Type": "application/json" };
  const body = JSON.stringify({ audience: "a", attributes: [], connection: { connectionId: "none" } });

  project.edit("openapi.yaml", "operationId: SyncUserIdentity", "operationId: SyncIdentity");
  await printed(RELOADED);
  const response = await fetch(`${url}/v1/users/u-any/$sync`, { method: "PUT", headers, body });
  expect(await response.json()).toMatchObject({ isAuthenticated: true });
});

test("handwritten lines that no longer compile are listed, and the server uses the new contract", TIMEOUT, async () => {
  const { printed, project } = startDev("--port", "0");
  await readyFrom({ printed });
  project.edit("openapi.yaml", '        "429":\n          $ref: "#/components/responses/TooManyRequests"\n', "");
  await printed(RELOADED);
  const advice = await printed(/^ {2}server\/http\/problem-types\.ts\(\d+,\d+\): error /m);
  expect(advice).toMatch(/no longer compiles?:/);
  expect(advice).not.toContain("The server keeps");
});

test(
  "a new handler is used when it is saved, and an edit of it again; one that can't be imported changes nothing",
  TIMEOUT,
  async () => {
    const { printed, project } = startDev("--port", "0");
    const { url } = await readyFrom({ printed });
    const readGreeting = async () => {
      const response = await fetch(`${url}/v1/greeting`, { headers: { Authorization: `Basic ${btoa(DEMO_PAIR)}` } });
      return response.json();
    };
    project.edit("openapi.yaml", "\ncomponents:\n", `\n${GREETING}\ncomponents:\n`);
    await printed(RELOADED);
    expect(await readGreeting()).toBe("from the contract");

    const handler = "server/handlers/read-greeting.ts";
    project.write(handler, 'export const readGreeting = async () => ({ status: 200, body: "first" }) as const;\n');
    const table = "server/handlers/handlers.ts";
    const source = project.read(table);
    const imported = `import { readGreeting } from "./read-greeting.ts";\n${source}`;
    project.write(table, imported.replace("return {", "return { ReadGreeting: readGreeting,"));
    await printed(/^The server uses the new handlers\.$/m);
    expect(await readGreeting()).toBe("first");

    project.edit(handler, '"first"', '"second"');
    await printed(/^The server uses the new handlers\.$/m);
    expect(await readGreeting()).toBe("second");

    project.edit(handler, "export const", "export konst");
    await printed(/^The server keeps the last handlers\. /m);
    expect(await readGreeting()).toBe("second");
  },
);
