import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { expect, onTestFinished, test } from "vitest";
import { SECURITY_SCHEMES } from "../../generated/operations.ts";
import { copyProject } from "./project-copy.ts";

/** `npm run dev` in a copy; `line` waits for the next printed line that matches. */
function startDev(...args: string[]) {
  const project = copyProject();
  const dev = spawn(process.execPath, ["scripts/dev.ts", ...args], { cwd: project.root });
  onTestFinished(() => void dev.kill("SIGKILL"));
  const lines = createInterface({ input: dev.stdout })[Symbol.asyncIterator]();
  const seen: string[] = [];
  return {
    project,
    dev,
    seen,
    async line(pattern: RegExp): Promise<string> {
      for (;;) {
        const { value, done } = await lines.next();
        if (done) throw new Error(`It ended without ${pattern}:\n${seen.join("\n")}`);
        seen.push(value);
        if (pattern.test(value)) return value;
      }
    },
  };
}

test("each good edit restarts the server on it, a bad one leaves it running, Ctrl-C ends both with 0", async () => {
  const { project, dev, line } = startDev("--port", "0");
  const header = SECURITY_SCHEMES.ApplicationToken.name;
  await line(/contract server on/);
  await line(new RegExp(`^ {2}${header} `));

  project.edit("openapi.yaml", `name: ${header}`, "name: X-App-Token");
  await line(/the server starts anew/);
  const [url = ""] = /http:\S+/.exec(await line(/contract server on/)) ?? [];
  await line(/^ {2}X-App-Token /);

  project.edit("openapi.yaml", "required: [key]", "required: [kye]");
  await line(/generated\/ was not changed/);
  expect((await fetch(`${url}/nowhere`)).status).toBe(404);

  dev.kill("SIGINT");
  const [code] = await once(dev, "exit");
  expect(code).toBe(0);
  await expect(fetch(url)).rejects.toThrow();
});

test("a server that can't start ends it with the server's exit code", async () => {
  const { dev } = startDev("--port", "nine");
  const [code] = await once(dev, "exit");
  expect(code).toBe(2);
});
