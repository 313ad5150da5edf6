import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { startStubWithClient } from "../../helpers/stub.ts";
import { control } from "./control/control-site.ts";

const README = readFileSync(new URL("../../../server/stub/README.md", import.meta.url), "utf8");

/** The JSON blocks, each with the request that the text before it names last. */
const JSON_BLOCKS = Array.from(README.matchAll(/```json\n([^`]+)```/g), ({ 1: body = "", index }) => {
  const named = README.slice(0, index).matchAll(/`(PUT|POST) (\/[a-z]+)`/g);
  const [, method = "", path = ""] = [...named].at(-1) ?? [];
  return { method, path, body };
});

/** The curl commands to the control port; a command may continue on the next line. */
const COMMANDS = Array.from(README.replaceAll("\\\n", "").matchAll(/^curl (.*)$/gm), ([, rest = ""]) => rest);

test("the README has JSON blocks and curl commands", () => {
  expect(JSON_BLOCKS.map(({ method, path }) => `${method} ${path}`)).toEqual(["PUT /faults", "POST /verify"]);
  expect(COMMANDS.length).toBeGreaterThanOrEqual(4);
});

test.each(JSON_BLOCKS)("the control port accepts the JSON of the README for $method $path", async (block) => {
  const { server } = await startStubWithClient();
  const response = await control(server, block.path, { method: block.method, body: block.body });
  expect([response.status, await response.text()]).toEqual([200, expect.any(String)]);
});

test.each(COMMANDS)("the control port accepts the command of the README: curl %s", async (command) => {
  const { server } = await startStubWithClient();
  const [, method = "GET"] = /-X (\w+)/.exec(command) ?? [];
  const [, path = ""] = /http:\/\/127\.0\.0\.1:4011(\S+)/.exec(command) ?? [];
  const [, body] = /-d '([^']+)'/.exec(command) ?? [];
  const response = await control(server, path, { method, ...(body !== undefined && { body }) });
  expect(response.ok, await response.text()).toBe(true);
});
