import { expect, test } from "vitest";
import { MAIN } from "../../../scripts/shared/server-process.ts";
import { startTestProgram } from "../../helpers/program.ts";

test("a signal that arrives at the end of the start ends the server", async () => {
  // The signal arrives before a listener is removed, and is dispatched after it.
  const preload = `const { off } = process;
    process.off = (name, listener) => {
      process.off = off.bind(process);
      process.kill(process.pid, "SIGTERM");
      return off.call(process, name, listener);
    };`;
  const program = [process.execPath, "--import", `data:text/javascript,${encodeURIComponent(preload)}`, MAIN];
  const server = startTestProgram([...program, "--port", "0", "--control-port", "none"]);
  await server.printed(/"msg":"drained"/);
  expect((await server.ended).code).toBe(0);
});
