import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import signIns from "../../server/demo-sign-ins.json" with { type: "json" };
import { startTestProgram } from "../helpers/program.ts";
import { acme } from "../helpers/stub.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";
import { copyProject } from "../scripts/generate/project-copy.ts";

const MAIN = fileURLToPath(new URL("../../server/main.ts", import.meta.url));

/** The server as a child process. */
function start(args: string[], { environment = {}, main = MAIN }: { environment?: object; main?: string } = {}) {
  return startTestProgram([process.execPath, main, ...args], { env: { ...process.env, ...environment } });
}

test("it starts with nothing configured, and what it prints to paste answers 200", async () => {
  const server = start(["--port", "0"]);
  const output = await server.printed(/^curl .*\n/m);

  const listed = output.split("\n").map((line) => line.trim().split(/ {2,}/));
  for (const { userId, shows } of signIns) expect(listed).toContainEqual([userId, shows]);
  const [line = ""] = /^curl .*$/m.exec(output) ?? [];
  const words = Array.from(line.matchAll(/'([^']*)'|(\S+)/g), ([, quoted, bare]) => quoted ?? bare ?? "");
  const [url = "", user = "", type = "", body = ""] = [words[4], words[6], words[8], words[10]];
  expect(words.filter((word) => word.startsWith("-"))).toEqual(["-sS", "-X", "-u", "-H", "-d"]);
  const [name = "", value = ""] = type.split(": ");
  const authorization = `Basic ${Buffer.from(user).toString("base64")}`;
  const response = await fetch(url, { method: "PUT", headers: { [name]: value, authorization }, body });
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toBe("application/json");
  expect(await response.json()).toMatchObject({ userId: "u-ada", isAuthenticated: true });
});

test("it prints where the control port is, and opens none where nobody could be kept out", async () => {
  const [, url = ""] = /^Control port and page: (\S+)$/m.exec(await start(["--port", "0"]).printed(/curl/)) ?? [];
  expect((await fetch(`${url}/requests`)).status).toBe(200);
  expect(await start(["--port", "0", "--control-host", "0.0.0.0"]).ended).toMatchObject({
    code: 2,
    output: `The control port on 0.0.0.0 needs a token of 16 visible characters or more in NEXUS_SYNC_CONTROL_TOKEN. Without one it is for loopback alone.\n`,
  });
  const environment = { NEXUS_SYNC_CONTROL_TOKEN: "planted-control-token" };
  const open = await start(["--port", "0", "--control-host", "0.0.0.0"], { environment }).printed(/curl/);
  expect(open).toMatch(/^Control port and page: http:\/\/0\.0\.0\.0:\d+$/m);
  expect(open).not.toContain(environment.NEXUS_SYNC_CONTROL_TOKEN);
});

test("an own directory is counted, and again at the next start, where nothing in it has changed", async () => {
  const folder = temporaryFolder();
  const [directory, database] = [join(folder, "directory.json"), join(folder, "nexus.sqlite")];
  writeFileSync(directory, JSON.stringify(acme()));
  for (const changed of [5, 0]) {
    const server = start(["--port", "0", "--directory", directory, "--database", database]);
    const output = await server.printed(/Bearer/);
    expect(output).toContain(`\n5 directory entries were read; ${changed} were new or changed\n`);
    expect(output).not.toContain("curl");
    server.child.kill("SIGTERM");
    expect((await server.ended).code).toBe(0);
  }
});

test.for(["SIGINT", "SIGTERM"] as const)("%s ends it with exit 0", async (signal) => {
  const server = start(["--port", "0"]);
  await server.printed(/curl/);
  server.child.kill(signal);
  expect((await server.ended).code).toBe(0);
});

test("a log line a request is JSON, and holds neither user nor secret", async () => {
  const server = start(["--port", "0"]);
  const [, url = "", key = ""] = /on (\S+) .*Basic +(\S+)\n/s.exec(await server.printed(/curl/)) ?? [];
  await fetch(`${url}/v1/users/u-ada/$sync`, { method: "PUT", headers: { authorization: `Basic ${btoa(key)}` } });
  const [line = ""] = /^\{.*\}$/m.exec(await server.printed(/^\{.*\}$/m)) ?? [];
  expect(JSON.parse(line)).toMatchObject({
    method: "PUT",
    route: "/v1/users/{userId}/$sync",
    status: 400,
    caller: "demo-key",
  });
  expect(line).not.toMatch(/u-ada/);
});

test.for([
  [["--prot", "1"], "Unknown option '--prot'. --help lists the options."],
  [["--port"], "Option '--port <value>' argument missing. --help lists the options."],
  [["--port", "-1"], "Option '--port' argument is ambiguous. --help lists the options."],
  [["--database", ""], "--database takes a SQLite file, :memory:, or postgres://…, not nothing."],
  [["--port", "70000"], "--port takes a number from 0 to 65535, not '70000'."],
  [["--body-limit", "lots"], "--body-limit takes a size such as 262144, 256kb or 1mb, at most 100mb, not 'lots'."],
  [["--log-level", "loud"], "--log-level takes one of trace, debug, info, warn, error, fatal, silent, not 'loud'."],
  [
    ["--database", "/nowhere/at/all.sqlite"],
    "The database /nowhere/at/all.sqlite can't be opened: ENOENT: no such file or directory, open '/nowhere/at/all.sqlite'.",
  ],
  [
    ["--directory", "/nowhere.json"],
    "The directory was not loaded: 1 problem.\n  /nowhere.json: ENOENT: no such file or directory, open '/nowhere.json'",
  ],
] as const)("%j ends it with exit 2 and one clear line", async ([args, line]) => {
  expect(await start(["--port", "0", ...args]).ended).toMatchObject({ code: 2, output: `${line}\n` });
});

test("a port in use ends it with exit 2", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  onTestFinished(() => void other.close());
  const { port } = other.address() as AddressInfo;
  expect(await start(["--port", String(port), "--control-port", "0"]).ended).toMatchObject({
    code: 2,
    output: `listen EADDRINUSE: address already in use 127.0.0.1:${port}. Choose another --port or --host.\n`,
  });
  expect(await start(["--port", "0", "--control-port", String(port)]).ended).toMatchObject({
    code: 2,
    output: `listen EADDRINUSE: address already in use 127.0.0.1:${port}. Choose another --control-port or --control-host.\n`,
  });
});

test("all problems of a directory are printed, and exit is 2", async () => {
  const file = join(temporaryFolder(), "directory.json");
  writeFileSync(
    file,
    JSON.stringify({
      users: [{ id: "" }, { id: "u", roles: [{ id: "r", name: "R" }] }],
      roles: [{}],
      roleConnectionMaps: [],
    }),
  );
  const { code, output } = await start(["--port", "0", "--directory", file]).ended;
  expect(code).toBe(2);
  expect(output.replaceAll(file, "FILE")).toMatchInlineSnapshot(`
    "The directory was not loaded: 5 problems.
      FILE /roles/0: must have required property 'id'
      FILE /roles/0: must have required property 'name'
      FILE /roles/0: must have required property 'audience'
      FILE /users/0/id: must NOT have fewer than 1 characters
      FILE /users/1/roles/0: there is no role 'r'
    "
  `);
});

test("flags go before the environment, and the environment before defaults", async () => {
  const environment = { NEXUS_SYNC_PORT: "nonsense", NEXUS_SYNC_LOG_LEVEL: "silent", NEXUS_SYNC_DIRECTORY: "none" };
  const output = await start(["--port", "0"], { environment }).printed(/Basic/);
  expect(output).not.toContain("u-ada");
  expect((await start([], { environment }).ended).output).toContain("not 'nonsense'");
});

test("--help lists every flag with its variable and default, and exits 0", async () => {
  const { code, output } = await start(["--help"]).ended;
  expect(code).toBe(0);
  expect(output).toMatchInlineSnapshot(`
    "npm start -- [options]

      flag             variable                   default      meaning
      --mode           NEXUS_SYNC_MODE            stub         stub, or service: only the operation, no demo data
      --port           NEXUS_SYNC_PORT            4010         port to listen on, 0 for any free one
      --host           NEXUS_SYNC_HOST            127.0.0.1    address to listen on
      --database       NEXUS_SYNC_DATABASE        :memory:     SQLite file, :memory:, or postgres://…
      --database-pool  NEXUS_SYNC_DATABASE_POOL   10           maximum number of connections to PostgreSQL
      --directory      NEXUS_SYNC_DIRECTORY       demo         JSON or NDJSON file to load at start; demo, or none (service: none)
      --credentials    NEXUS_SYNC_CREDENTIALS     demo         credentials file (npm run credentials), or demo
      --jwks-url       NEXUS_SYNC_JWKS_URL        none         URL of the key set (JWKS) of Bearer tokens, https or loopback
      --jwks-file      NEXUS_SYNC_JWKS_FILE       none         the key set as a file
      --issuer         NEXUS_SYNC_ISSUER          none         required issuer (iss) of Bearer tokens
      --audience       NEXUS_SYNC_AUDIENCE        none         required audience (aud) of Bearer tokens
      --body-limit     NEXUS_SYNC_BODY_LIMIT      256kb        maximum size of a body: bytes, or with kb or mb
      --max-in-flight  NEXUS_SYNC_MAX_IN_FLIGHT   256          concurrent requests; more get 503
      --cors-origin    NEXUS_SYNC_CORS_ORIGIN     none         the one origin whose pages may call the operation
      --control-port   NEXUS_SYNC_CONTROL_PORT    4011         the stub's control port and page; any free port with --port 0; none: no control port
      --control-host   NEXUS_SYNC_CONTROL_HOST    127.0.0.1    address of the control port; beyond loopback NEXUS_SYNC_CONTROL_TOKEN is required
      --log-level      NEXUS_SYNC_LOG_LEVEL       info         log level: trace, debug, info, warn, error, fatal, silent
      --log-user-ids   NEXUS_SYNC_LOG_USER_IDS    off          on: user ids in clear in the log, not hashed

    Secrets are variables only: NEXUS_SYNC_LOG_KEY, key of the hashes of user ids in the log (default: new at each start);
    NEXUS_SYNC_DATABASE_PASSWORD, password of PostgreSQL (may also be part of NEXUS_SYNC_DATABASE);
    NEXUS_SYNC_CONTROL_TOKEN, required by the control port as a Bearer token (default: none, on loopback only).
    "
  `);
});

test("a contract that can't be served is found before the port opens", async () => {
  const project = copyProject();
  project.edit("generated/openapi.json", '"minLength": 1', '"minLength": "one"');
  const server = start(["--port", "0"], { main: join(project.root, "server/main.ts") });
  const { code, output } = await server.ended;
  expect(code).toBe(1);
  expect(output).toMatch(/^The contract's SyncUserIdentity can't be served: .*minLength.*\. Run: npm run generate\n$/);
  expect(output).not.toContain("contract server on");
});

test("a contract that asks for another permission starts: the self-check has whatever is asked for", async () => {
  const project = copyProject();
  project.edit("openapi.yaml", "x-required-permissions: [user.write, write]", "x-required-permissions: [user.sync]");
  expect((await project.generate()).code).toBe(0);
  await start(["--port", "0"], { main: join(project.root, "server/main.ts") }).printed(/contract server on/);
});
