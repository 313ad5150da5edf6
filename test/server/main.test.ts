import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { MAIN, readyFrom } from "../../scripts/shared/server-process.ts";
import signIns from "../../server/demo-sign-ins.json" with { type: "json" };
import { startTestProgram } from "../helpers/program.ts";
import { acme, JSON_TYPE, signIn } from "../helpers/stub.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";
import { copyProject } from "../scripts/generate/project-copy.ts";

/** The server as a child process. */
function start(args: string[], { environment = {}, main = MAIN }: { environment?: object; main?: string } = {}) {
  return startTestProgram([process.execPath, main, ...args], { env: { ...process.env, ...environment } });
}

/** The arguments of the banner's curl line: URL, user, header and body. */
function curlOf(output: string) {
  const [line = ""] = /^curl .*$/m.exec(output) ?? [];
  const words = Array.from(line.matchAll(/'([^']*)'|(\S+)/g), ([, quoted, bare]) => quoted ?? bare ?? "");
  expect(words.filter((word) => word.startsWith("-"))).toEqual(["-sS", "-X", "-u", "-H", "-d"]);
  const [url = "", user = "", header = "", body = ""] = [words[4], words[6], words[8], words[10]];
  return { url, user, header: header.split(": ") as [string, string], body };
}

/** The server on a terminal of its own, by the program `script`. */
function startOnTerminal(...args: string[]) {
  const command = [process.execPath, MAIN, "--port", "0", ...args].map((word) => `'${word}'`).join(" ");
  return startTestProgram(["script", "--quiet", "--flush", "--return", "--command", `exec ${command}`, "/dev/null"]);
}

test("on a terminal, the server starts without settings, lists the demo users, and accepts its curl line", async () => {
  const server = startOnTerminal();
  const output = (await server.printed(/^curl .*\r\n/m)).replaceAll("\r", "");
  const listed = output.split("\n").map((line) => line.trim().split(/ {2,}/));
  for (const { userId, shows } of signIns) expect(listed).toContainEqual([userId, shows]);
  expect(output).toMatch(/^Control port and page: http:\/\/127\.0\.0\.1:\d+$/m);
  expect(output).not.toContain('"event"');
  const { url, user, header, body } = curlOf(output);
  const headers = { ...Object.fromEntries([header]), authorization: `Basic ${btoa(user)}` };
  const response = await fetch(url, { method: "PUT", headers, body });
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toBe("application/json");
  expect(await response.json()).toMatchObject({ userId: "u-ada", isAuthenticated: true });
});

test("elsewhere, the server prints one line of JSON and then its log; SIGINT ends it with exit code 0", async () => {
  const server = start(["--port", "0"], { environment: { NEXUS_SYNC_DEMO_SECRET: "a-secret" } });
  const { url, controlUrl, loaded } = await readyFrom(server);
  expect(server.output()).toBe(`${JSON.stringify({ event: "ready", url, controlUrl, loaded })}\n`);
  const headers = { ...JSON_TYPE, authorization: `Basic ${btoa("demo-key:a-secret")}` };
  const request = { method: "PUT", headers, body: JSON.stringify(signIn()) };
  expect((await fetch(`${url}/v1/users/u-ada/$sync`, request)).status).toBe(200);
  const [line = ""] = /^\{.*\}$/m.exec(await server.printed(/^\{.*\}$/m)) ?? [];
  const logged = { method: "PUT", route: "/v1/users/{userId}/$sync", status: 200, caller: "demo-key" };
  expect(JSON.parse(line)).toMatchObject(logged);
  expect(line).not.toMatch(/u-ada/);
  expect(await server.end("SIGINT")).toMatchObject({ code: 0, output: expect.not.stringContaining("a-secret") });
});

test("the control port is open on loopback, and needs a token on any other address", async () => {
  const { controlUrl } = await readyFrom(start(["--port", "0"]));
  expect((await fetch(`${controlUrl}/requests`)).status).toBe(200);
  const everywhere = ["--port", "0", "--control-host", "0.0.0.0"];
  const { code, output } = await start(everywhere).ended;
  expect(code).toBe(2);
  expect(output).toMatch(/^The control port on 0\.0\.0\.0 needs a token\. Set NEXUS_SYNC_CONTROL_TOKEN .*\n$/);
  const environment = { NEXUS_SYNC_CONTROL_TOKEN: "planted-control-token" };
  const open = start(everywhere, { environment });
  expect((await readyFrom(open)).controlUrl).toMatch(/^http:\/\/0\.0\.0\.0:\d+$/);
  expect(open.output()).not.toContain(environment.NEXUS_SYNC_CONTROL_TOKEN);
});

test("if the default control port is in use, the stub takes a free one", async () => {
  const host = "127.0.0.8";
  const other = createServer().listen(4011, host);
  await once(other, "listening");
  onTestFinished(() => void other.close());
  const flags = ["--port", "4020", "--host", host, "--control-host", host];
  const { url, controlUrl } = await readyFrom(start(flags));
  expect(url).toBe(`http://${host}:4020`);
  expect(controlUrl).not.toBe(`http://${host}:4011`);
  expect((await fetch(`${controlUrl}/requests`)).status).toBe(200);
});

test("a second start with the same directory changes no entry; SIGTERM ends the server with exit code 0", async () => {
  const folder = temporaryFolder();
  const [directory, database] = [join(folder, "directory.json"), join(folder, "nexus.sqlite")];
  writeFileSync(directory, JSON.stringify(acme()));
  for (const changed of [5, 0]) {
    const server = start(["--port", "0", "--directory", directory, "--database", database]);
    expect((await readyFrom(server)).loaded).toEqual({ total: 5, changed });
    expect((await server.end("SIGTERM")).code).toBe(0);
  }
});

test.for([
  [["--prot", "1"], "Unknown option '--prot'. Did you mean '--port'? --help lists the options."],
  [["--port"], "Option '--port <value>' argument missing. --help lists the options."],
  [["--port", "-1"], "Option '--port' argument is ambiguous. --help lists the options."],
  [["--database", ""], "--database must not be empty: SQLite file, :memory:, or postgres://…."],
  [["--port", "70000"], "--port takes a number from 0 to 65535, not '70000'."],
  [["--body-limit", "lots"], "--body-limit takes a size such as 262144, 256kb or 1mb, at most 100mb, not 'lots'."],
  [["--port", "1\n2"], "--port takes a number from 0 to 65535, not '1\\n2'."],
  [["--log-level", "loud"], "--log-level takes one of trace, debug, info, warn, error, fatal, silent, not 'loud'."],
  [
    ["--database", "/nowhere/at/all.sqlite"],
    "The database /nowhere/at/all.sqlite can't be opened: ENOENT: no such file or directory, open '/nowhere/at/all.sqlite'.",
  ],
  [
    ["--directory", "/nowhere.json"],
    "The directory was not loaded: 1 problem.\n  /nowhere.json: ENOENT: no such file or directory, open '/nowhere.json'",
  ],
] as const)("%j ends the start with exit code 2 and one line", async ([args, line]) => {
  expect(await start(["--port", "0", ...args]).ended).toMatchObject({ code: 2, output: `${line}\n` });
});

test.for([
  ["--port", "--control-port", "port or host"],
  ["--control-port", "--port", "control port or control host"],
])("a %s in use ends the start with exit code 2", async ([flag = "", other = "", names]) => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  expect(await start([flag, String(port), other, "0"]).ended).toMatchObject({
    code: 2,
    output: `listen EADDRINUSE: address already in use 127.0.0.1:${port}. Choose another ${names}.\n`,
  });
});

test("a port that Kubernetes sets for a Service is ignored with one line", async () => {
  const environment = { NEXUS_SYNC_PORT: "tcp://10.96.0.12:4010", NEXUS_SYNC_CONTROL_PORT: "tcp://10.96.0.13:4011" };
  const both = start(["--directory", "none", "--host", "127.0.0.9", "--control-host", "127.0.0.9"], { environment });
  expect((await readyFrom(both)).url).toBe("http://127.0.0.9:4010");
  const output = both.output();
  const line = (variable: string, flag: string) =>
    `${variable} is ignored: it is the address of a Kubernetes Service. Set the port with ${flag}.\n`;
  expect(output).toContain(line("NEXUS_SYNC_PORT", "--port"));
  expect(output).toContain(line("NEXUS_SYNC_CONTROL_PORT", "--control-port"));
  expect((await both.end()).code).toBe(0);
});

test("all problems of a directory are printed, and the exit code is 2", async () => {
  const file = join(temporaryFolder(), "directory.json");
  const users = [{ id: "" }, { id: "u", roles: [{ id: "r", name: "R" }] }];
  writeFileSync(file, JSON.stringify({ users, roles: [{}], roleConnectionMaps: [] }));
  const { code, output } = await start(["--port", "0", "--directory", file]).ended;
  expect(code).toBe(2);
  expect(output.replaceAll(file, "FILE").split("\n")).toEqual([
    "The directory was not loaded: 5 problems.",
    ...["id", "name", "audience"].map((name) => `  FILE /roles/0: must have required property '${name}'`),
    "  FILE /users/0/id: must NOT have fewer than 1 characters",
    "  FILE /users/1/roles/0: there is no role 'r'",
    "",
  ]);
});

// The test of the README compares each row with the table of settings.
test("--help prints the flags and the secret variables, and the exit code is 0", async () => {
  const { code, output } = await start(["--help"]).ended;
  expect(code).toBe(0);
  expect(output).toMatch(
    /^npm start -- \[options\], or npx nexus-sync \[options\]\n\n +flag +variable +default +meaning\n +--mode +NEXUS_SYNC_MODE +stub /,
  );
  expect(output).toMatch(
    /^Secrets are environment variables only\. .*(\n +NEXUS_SYNC_(LOG_KEY|DATABASE_PASSWORD|CONTROL_TOKEN|DEMO_SECRET) .*){4}$/m,
  );
  expect(output).toMatch(
    /^Commands, instead of the options:\n {2}backup +.*\n {2}conformance +.*\n {2}credentials +edits a credentials file: add, list, revoke$/m,
  );
});

test("the first argument names a command, which gets the others and sets the exit code", async () => {
  const file = join(temporaryFolder(), "credentials.json");
  const added = await start(["credentials", "add", "api-key", "Login hook", "--file", file]).ended;
  expect(added).toMatchObject({ code: 0, output: expect.stringMatching(/^ {2}secret {2}\S+$/m) });
  expect(await start(["credentials", "ad", "--file", file]).ended).toMatchObject({
    code: 2,
    output: "There is no command 'ad'. Did you mean 'add'? Commands: add, list, revoke.\n",
  });
  const unknown =
    "There is no command of this name. Did you mean 'credentials'? Commands: backup, conformance, credentials; without one, the server starts.\n";
  expect(await start(["credentails"]).ended).toMatchObject({ code: 2, output: unknown });
});

test("an invalid contract ends the start before the port opens", async () => {
  const project = copyProject();
  project.edit("generated/openapi.json", '"minLength": 1', '"minLength": "one"');
  const server = start(["--port", "0"], { main: join(project.root, "server/main.ts") });
  const { code, output } = await server.ended;
  expect(code).toBe(1);
  expect(output).toMatch(/^The contract can't be served\. SyncUserIdentity: .*minLength.*\. Run: npm run generate\n$/);
  expect(output).not.toContain("ready");
});
