import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { startDev } from "./dev-process.ts";

const URL_PRINTED = /contract server on (\S+)/;

test.for(["SIGINT", "SIGTERM"] as const)("%s ends it with exit 0", async (signal) => {
  const { child, ended, printed } = startDev("--port", "0");
  const [, url = ""] = URL_PRINTED.exec(await printed(/^curl/m)) ?? [];
  child.kill(signal);
  expect((await ended).code).toBe(0);
  await expect(fetch(url)).rejects.toThrow();
});

test("before there was a good contract there is no server, and a signal ends it with exit 0 all the same", async () => {
  const { child, ended, printed, project } = startDev("--port", "0");
  project.edit("openapi.yaml", "required: [key]", "required: [kye]");
  expect(await printed(/was not changed/)).not.toMatch(URL_PRINTED);
  child.kill("SIGTERM");
  expect((await ended).code).toBe(0);
});

test("a wrong flag, and a port in use, end it as they end the server", async () => {
  expect(await startDev("--port", "nine").ended).toMatchObject({
    code: 2,
    output: "--port takes a number from 0 to 65535, not 'nine'.\n",
  });
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  onTestFinished(() => void other.close());
  const { code, output } = await startDev("--port", String((other.address() as AddressInfo).port)).ended;
  expect(code).toBe(2);
  expect(output).toContain("Choose another --port or --host.\n");
});
