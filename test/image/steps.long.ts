import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { freePort, until } from "../../scripts/shared/program.ts";
import { makeTemporaryFolder } from "../../scripts/shared/temporary-folder.ts";
import { temporaryPostgres } from "../helpers/postgres.ts";
import { startTestProgram } from "../helpers/program.ts";
import { keeper } from "../scripts/credentials/keeper.ts";
import { ROOT, runDockerfile, setModes } from "./dockerfile-steps.ts";

const BIN = "usr/local/bin";
const temporary = makeTemporaryFolder();
let image: ReturnType<typeof runDockerfile>;
beforeAll(() => {
  image = runDockerfile(temporary.path);
  // As in the base image: the image's user may not be able to enter the folder of this node.
  mkdirSync(join(image.root, BIN), { recursive: true });
  copyFileSync(process.execPath, join(image.root, BIN, "node"));
  setModes(temporary.path, "a+rX", "a-w");
}, 180_000);
afterAll(() => {
  setModes(temporary.path, "u+w");
  temporary.remove();
}, 60_000);

/** Two starts next to other tests. */
const TIMEOUT = { timeout: 90_000 };

/** The image's user may not write its files; root in this test could. */
const USER = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

/** Runs a command of the image with its environment. */
function contextOf(variables: Record<string, string>) {
  const path = `${join(image.root, BIN)}:${process.env.PATH}`;
  return { ...USER, cwd: image.folder, env: { PATH: path, ...image.environment, ...variables } };
}

test(
  "the server of the image starts, is healthy, syncs, writes no file, and ends with 0 at SIGTERM",
  TIMEOUT,
  async () => {
    const port = await freePort();
    const context = contextOf({ NEXUS_SYNC_PORT: String(port), NEXUS_SYNC_CONTROL_PORT: "0" });
    const probe = () => spawnSync(image.probe[0] ?? "", image.probe.slice(1), context).status;
    const filesBefore = files();
    expect(probe()).toBe(1);
    const server = startTestProgram(image.command, context);
    await until(() => probe() === 0, 40_000);
    const response = await fetch(`http://127.0.0.1:${port}/v1/users/u-ada/$sync`, { method: "PUT" });
    expect(response.status).toBe(401);
    const ended = await server.end();
    expect(ended).toMatchObject({ code: 0 });
    expect(ended.output).not.toMatch(/warn|EACCES|EROFS/i);
    expect(probe()).toBe(1);
    expect(files()).toEqual(filesBefore);
  },
);

function files(): string[] {
  return readdirSync(image.root, { recursive: true, encoding: "utf8" }).toSorted();
}

test("the image has the production dependencies only", () => {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  const installed = readdirSync(join(image.folder, "node_modules"));
  expect(Object.keys(dependencies).filter((name) => !installed.includes(name))).toEqual([]);
  expect(["typescript", "vitest", "node", "tsdown"].filter((name) => name in devDependencies)).toHaveLength(4);
  expect(["typescript", "vitest", "node", "tsdown"].filter((name) => installed.includes(name))).toEqual([]);
});

test("the service of compose.yaml syncs on PostgreSQL", TIMEOUT, async () => {
  const { environment } = parse(readFileSync(join(ROOT, "compose.yaml"), "utf8")).services["nexus-sync"];
  const port = await freePort();
  const { file, folder, add } = keeper();
  const { id, secret } = await add("api-key", "Login hook");
  const directory = join(folder, "directory.json");
  writeFileSync(directory, readFileSync(join(ROOT, "server/demo-directory.json")));
  setModes(folder, "a+rX");
  const server = startTestProgram(image.command, {
    ...contextOf({
      ...environment,
      NEXUS_SYNC_CREDENTIALS: file,
      NEXUS_SYNC_DATABASE: await temporaryPostgres(),
      NEXUS_SYNC_DATABASE_PASSWORD: "",
      NEXUS_SYNC_LOG_KEY: "",
      NEXUS_SYNC_DIRECTORY: directory,
      NEXUS_SYNC_PORT: String(port),
    }),
  });
  const url = `http://127.0.0.1:${port}`;
  await until(async () => (await fetch(`${url}/readyz`).catch(() => undefined))?.ok ?? false, 40_000);
  const connection = { connectionId: "con_acme-ad", groups: ["engineers"] };
  const response = await fetch(`${url}/v1/users/u-ada/$sync`, {
    method: "PUT",
    headers: { Authorization: `Basic ${btoa(`${id}:${secret}`)}`, "Content-Type": "application/json" },
    body: JSON.stringify({ audience: "https://api.acme.example", attributes: [], connection }),
  });
  expect([response.status, await response.json()]).toMatchObject([200, { isAuthenticated: true }]);
  expect((await server.end()).code).toBe(0);
});
