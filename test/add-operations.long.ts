import { execFileSync } from "node:child_process";
import { cpSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { readyFrom } from "../scripts/shared/server-process.ts";
import { startTestProgram } from "./helpers/program.ts";
import { temporaryFolder } from "./helpers/temporary-folder.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const [, SECTION = ""] = readFileSync(join(ROOT, "README.md"), "utf8").split("\n## Add an operation\n");
const [, LIST = ""] = /```yaml\n([\s\S]*?)```/.exec(SECTION) ?? [];
/** The file that the README names for the handlers. */
const [, TABLE = ""] = /`(server\/handlers\/\S+)`/.exec(SECTION) ?? [];
const IDS = ["ListRoles", "CreateRole", "ReadRole", "DeleteRole"];

const PAGE = `
        - { name: limit, in: query, schema: { type: integer, minimum: 1, maximum: 100, default: 20 } }
        - { name: cursor, in: query, schema: { type: string } }`;
const LINK = `
          headers:
            Link: { description: The next page., schema: { type: string }, example: "</v1/roles?cursor=r-1>; rel=next" }`;

/** The operation of the README with paging, and three more. */
const PATHS = `${LIST.replace(/(?=\n {8}- \{ name: audience)/, PAGE).replace(/(?=\n {10}content:)/, LINK)}
    post:
      operationId: CreateRole
      security: [{ Basic: [] }]
      x-required-permissions: [role.write]
      requestBody:
        required: true
        content:
          application/json:
            schema: { $ref: "#/components/schemas/Role" }
            example: { id: r-2, name: Viewer, audience: "https://api.acme.example" }
      responses:
        "201":
          description: The new role.
          headers:
            Location: { required: true, schema: { type: string }, example: /v1/roles/r-2 }
          content:
            application/json:
              schema: { $ref: "#/components/schemas/Role" }
              example: { id: r-2, name: Viewer, audience: "https://api.acme.example" }
  /v1/roles/{roleId}:
    parameters:
      - { name: roleId, in: path, required: true, schema: { type: string } }
    get:
      operationId: ReadRole
      security: [{ Basic: [] }]
      x-required-permissions: [role.read]
      responses:
        "200":
          description: The role.
          content:
            application/json:
              schema: { $ref: "#/components/schemas/Role" }
              example: { id: r-2, name: Viewer, audience: "https://api.acme.example" }
        "404": { $ref: "#/components/responses/NotFound" }
    delete:
      operationId: DeleteRole
      security: [{ Basic: [] }]
      x-required-permissions: [role.write]
      responses:
        "204": { description: The role is deleted. }
        "404": { $ref: "#/components/responses/NotFound" }
`;

const HANDLERS = `import type { Handlers } from "../../generated/operations.ts";
import type { Role } from "../../generated/types.ts";

type RoleHandlers = Pick<Handlers<unknown>, "ListRoles" | "CreateRole" | "ReadRole" | "DeleteRole">;

/** Roles in memory. */
export function roleHandlers(): RoleHandlers {
  const roles = new Map<string, Role>();
  return {
    ListRoles: async ({ query: { audience, limit = 20, cursor = "" } }) => {
      const all = [...roles.values()].filter((role) => role.audience === audience && role.id > cursor);
      const page = all.toSorted((a, b) => (a.id < b.id ? -1 : 1)).slice(0, limit);
      const next = \`</v1/roles?cursor=\${page.at(-1)?.id}>; rel=next\`;
      return { status: 200, body: page, headers: all.length > limit ? { Link: next } : {} };
    },
    CreateRole: async ({ body }) => {
      roles.set(body.id, body);
      return { status: 201, headers: { Location: \`/v1/roles/\${body.id}\` }, body };
    },
    ReadRole: async ({ path }) => {
      const role = roles.get(path.roleId);
      return role ? { status: 200, body: role } : { status: 404, body: { title: "No role has this id", status: 404 } };
    },
    DeleteRole: async ({ path }) => {
      roles.delete(path.roleId);
      return { status: 204 };
    },
  };
}
`;

/** Calls the five operations with the client, and prints what they return. */
const CALLS = `
import { createNexusClient } from "./client/nexus-client.ts";

const [baseUrl = "", username = "", password = ""] = process.argv.slice(2);
const client = createNexusClient({ baseUrl, credentials: { type: "basic", username, password } });
const audience = "https://api.acme.example";
const created = [];
for (const id of ["r-7", "r-8", "r-9"]) {
  const result = await client.safeCreateRole({ id, name: id.toUpperCase(), audience });
  created.push(result.ok ? result.data.id : result.error.message);
}
const page = await client.listRoles({ query: { audience, limit: 2, cursor: "r-7" } });
const read = await client.readRole("r-8");
const deleted = await client.safeDeleteRole("r-8");
const gone = await client.safeReadRole("r-8");
const synced = await client.safeSyncUserIdentity("u-ada", {
  audience,
  attributes: [],
  connection: { connectionId: "con_acme-ad", groups: [] },
});
const statuses = [deleted, gone, synced].map((one) => (one.ok ? one.meta.status : one.error.status));
console.log(JSON.stringify([created, page.map(({ id }) => id), read.name, ...statuses]));
`;

/** A copy of the project with its tests and documentation, committed to a repository of its own. */
function copyOfAll() {
  const root = temporaryFolder();
  const listed = execFileSync("git", ["ls-files", "-co", "--exclude-standard"], { cwd: ROOT, encoding: "utf8" });
  for (const file of listed.split("\n").filter(Boolean)) cpSync(join(ROOT, file), join(root, file));
  symlinkSync(join(ROOT, "node_modules"), join(root, "node_modules"), "dir");
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=T", "-c", "user.email=t@t.example", ...args], { cwd: root });
  git("init", "--quiet");
  git("add", "--all");
  git("commit", "--quiet", "--message", "The project");
  const edit = (file: string, from: string, to: string) => {
    const text = readFileSync(join(root, file), "utf8");
    expect(text).toContain(from);
    writeFileSync(
      join(root, file),
      text.replace(from, () => to),
    );
  };
  const env = { ...process.env, NEXUS_SYNC_LONG: "" };
  const start = (...command: string[]) => startTestProgram(command, { cwd: root, env });
  return {
    ...{ edit, start },
    write: (file: string, text: string) => writeFileSync(join(root, file), text),
    changed: () => execFileSync("git", ["status", "--short"], { cwd: root, encoding: "utf8" }).match(/\S+(?=\n)/g),
    npm: (...args: string[]) => start("npm", "run", "--silent", ...args).ended,
    node: (...args: string[]) => start(process.execPath, ...args),
    tests: (...paths: string[]) => start(process.execPath, "node_modules/vitest/vitest.mjs", "run", ...paths).ended,
  };
}

test("four operations are added as in the README: only the contract and handlers are edited, and the tests stay green", {
  timeout: 540_000,
}, async () => {
  const project = copyOfAll();
  const stub = async () => {
    const file = join(temporaryFolder(), "ready.json");
    const server = project.node("server/main.ts", "--port", "0", "--control-port", "none", "--ready-file", file);
    const ready = await readyFrom(server);
    const { apiKey } = JSON.parse(readFileSync(file, "utf8")).demo;
    return { ...ready, pair: `${apiKey.id}:${apiKey.secret}`, end: server.end };
  };

  // The worst place: all lines below move, and the other operations are the first ones.
  project.edit("openapi.yaml", "\npaths:\n", `\npaths:\n${PATHS}`);
  expect(SECTION).toContain("`npm run generate`");
  const generated = await project.npm("generate");
  expect(generated).toMatchObject({ code: 0 });
  expect(generated.output).toContain(`1 handwritten line no longer compiles:\n  ${TABLE}`);

  const examples = await stub();
  expect(examples.withoutHandler).toEqual(IDS);
  const send = async (request: string, body?: object) => {
    const [method = "", path = ""] = request.split(" ");
    const headers = { Authorization: `Basic ${btoa(examples.pair)}`, "Content-Type": "application/json" };
    const response = await fetch(examples.url + path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
    const names = ["Location", "Link"];
    return [response.status, ...names.flatMap((name) => response.headers.get(name) ?? [])];
  };
  expect(await send("GET /v1/roles?audience=a&limit=5")).toEqual([200, "</v1/roles?cursor=r-1>; rel=next"]);
  expect(await send("GET /v1/roles?audience=a&limit=0")).toEqual([400]);
  expect(await send("POST /v1/roles", { id: "r-2", name: "Viewer", audience: "a" })).toEqual([201, "/v1/roles/r-2"]);
  expect(await send("POST /v1/roles", { id: "r-2" })).toEqual([400]);
  expect(await send("GET /v1/roles/r-2")).toEqual([200]);
  expect(await send("DELETE /v1/roles/r-2")).toEqual([204]);
  await examples.end();

  const service = ["server/main.ts", "--mode", "service", "--port", "0"];
  service.push(
    "--credentials",
    "credentials.json",
    "--database",
    "roles.db",
    "--directory",
    "server/demo-directory.json",
  );
  const permissions = ["user.write", "role.read", "role.write"].flatMap((one) => ["--permission", one]);
  const added = await project.npm(
    "credentials",
    "--",
    "add",
    "api-key",
    "Hook",
    "--file",
    "credentials.json",
    ...permissions,
  );
  const [secret = ""] = added.output.match(/[\w-]{43}/) ?? [];
  const [, keyId = ""] = /id:? +(\S+)/i.exec(added.output) ?? [];
  const refused = await project.node(...service).ended;
  expect(refused.output).toContain(`There is no handler for ${IDS.join(", ")}: add it to ${TABLE}`);

  const check = await project.npm("check");
  const errors = check.output.match(/^\S+\(\d+,\d+\): error .*$/gm) ?? [];
  expect(errors.map((error) => error.split("(")[0])).toEqual([TABLE]);
  for (const id of IDS) expect(errors[0]).toContain(id);
  project.write("server/handlers/roles.ts", HANDLERS);
  project.edit(TABLE, "return { ", "return { ...roleHandlers(), ");
  project.edit(
    TABLE,
    "import { type HandlerOptions",
    'import { roleHandlers } from "./roles.ts";\nimport { type HandlerOptions',
  );
  expect((await project.npm("check")).output).toContain("is up to date");

  const running = project.node(...service);
  const [url = ""] = /http:\/\/\S+/.exec(await running.printed(/http:\/\/\S+\s/)) ?? [];
  const scratch = "calls.ts";
  project.write(scratch, CALLS);
  const { output } = await project.node(scratch, url, keyId, secret).ended;
  expect(JSON.parse(output)).toEqual([["r-7", "r-8", "r-9"], ["r-8", "r-9"], "R-8", 204, 404, 200]);
  await running.end();

  const tested = ["server/contract", "server/stub/prefer", "server/http/cors", "server/service", "client/operations"];
  tested.push("client/testing", "scripts/credentials/arguments", "scripts/generate/diagnostics");
  const suite = await project.tests(...tested.map((path) => `test/${path}`));
  expect(suite, suite.output).toMatchObject({ code: 0 });
  const handwritten = project
    .changed()
    ?.filter((file) => !/^generated\/|^(calls\.ts|credentials\.json|roles\.db.*)$/.test(file));
  expect(handwritten).toEqual(["openapi.yaml", TABLE, "server/handlers/roles.ts"]);
});
