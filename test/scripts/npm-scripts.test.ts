import { once } from "node:events";
import { createServer } from "node:net";
import { expect, test } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { freePort } from "../../scripts/shared/program.ts";
import { readyFrom } from "../../scripts/shared/server-process.ts";
import { startTestProgram } from "../helpers/program.ts";
import { copyProject } from "./generate/project-copy.ts";

test("there are at most twelve npm scripts", () => {
  expect(Object.keys(manifest.scripts).length).toBeLessThanOrEqual(12);
});

test.for(["start", "dev"])("SIGTERM to `npm run %s` ends the server and frees its port", async (script) => {
  const { root } = copyProject();
  const port = await freePort();
  const flags = ["--port", String(port), "--control-port", "none", "--log-level", "silent"];
  const { printed, end } = startTestProgram(["npm", "run", script, "--", ...flags], { cwd: root });
  await readyFrom({ printed });
  // A server that outlives npm keeps npm's output open, and this wait fails.
  await end("SIGTERM");
  const other = createServer().listen(port, "127.0.0.1");
  await once(other, "listening");
  other.close();
});
