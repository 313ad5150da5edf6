import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { until } from "../../scripts/shared/program.ts";
import { MAIN, readyFrom } from "../../scripts/shared/server-process.ts";
import { startTestProgram } from "../helpers/program.ts";
import { JSON_TYPE, signIn } from "../helpers/stub.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";

function start(file: string, ...flags: string[]) {
  return startTestProgram([process.execPath, MAIN, "--port", "0", "--ready-file", file, ...flags]);
}

test("the ready file has the URLs, the demo credentials and the process while the server is ready", async () => {
  const folder = temporaryFolder();
  const file = join(folder, "ready.json");
  writeFileSync(file, `{"event":"ready"}`);
  const server = start(file);
  const printed = await readyFrom(server);
  const { demo, pid, ...facts } = JSON.parse(readFileSync(file, "utf8"));
  expect(facts).toEqual(printed);
  expect(pid).toBe(server.child.pid);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const { apiKey, applicationToken, bearerToken } = demo;
  for (const headers of [
    { Authorization: `Basic ${btoa(`${apiKey.id}:${apiKey.secret}`)}` },
    { Authorization: `Bearer ${bearerToken}`, "X-Application-Token": applicationToken },
  ]) {
    const request = { method: "PUT", headers: { ...JSON_TYPE, ...headers }, body: JSON.stringify(signIn()) };
    expect((await fetch(`${facts.url}/v1/users/u-ada/$sync`, request)).status).toBe(200);
  }
  expect((await server.end()).code).toBe(0);
  expect(readdirSync(folder)).toEqual([]);
});

test("a start that fails removes the ready file of a killed server, and writes none", async () => {
  const folder = temporaryFolder();
  const file = join(folder, "ready.json");
  writeFileSync(file, '{"event":"ready"}');
  expect((await start(file, "--directory", "/nowhere.json").ended).code).toBe(2);
  expect(readdirSync(folder)).toEqual([]);
});

test("a ready file that can't be written ends the start with exit code 2 and one line", async () => {
  const file = join(temporaryFolder(), "nowhere/ready.json");
  const { code, output } = await start(file).ended;
  expect(code).toBe(2);
  expect(output).toMatch(/^The ready file \S+\/nowhere\/ready\.json can't be written: ENOENT: .*\n$/);
});

test.for<[kind: string, make: (file: string) => void]>([
  ["a file with other content", (file) => writeFileSync(file, "{}")],
  ["a folder", (file) => mkdirSync(file)],
  ["a link", (file) => symlinkSync("/dev/null", file)],
])("%s under the name of the ready file stays, and the exit code is 2", async ([, make]) => {
  const file = join(temporaryFolder(), "ready.json");
  make(file);
  const { ino } = lstatSync(file);
  const { code, output } = await start(file).ended;
  expect(output).toMatch(
    /^The ready file \S+ can't be written: it is another file, a folder, a link or a device; .*\n$/,
  );
  expect(code).toBe(2);
  expect(lstatSync(file).ino).toBe(ino);
});

test("a ready file whose folder is removed during the start ends the server with exit code 2", async () => {
  const folder = join(temporaryFolder(), "run");
  mkdirSync(folder);
  const server = start(join(folder, "ready.json"));
  await until(() => readdirSync(folder).length > 0, 10_000);
  rmSync(folder, { recursive: true });
  const { code, output } = await server.ended;
  expect(output).toMatch(/^The ready file \S+ can't be written: ENOENT: .*\n$/);
  expect(code).toBe(2);
});

test("the end of a server keeps the ready file of another one with the same name", async () => {
  const file = join(temporaryFolder(), "ready.json");
  const first = start(file);
  await readyFrom(first);
  const second = start(file);
  const { url } = await readyFrom(second);
  await first.end();
  expect(JSON.parse(readFileSync(file, "utf8")).url).toBe(url);
  await second.end();
  expect(existsSync(file)).toBe(false);
});
