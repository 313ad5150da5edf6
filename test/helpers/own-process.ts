import { startStub } from "../../server/stub/start-stub.ts";

/** A server alone in a process started with --expose-gc, whose parent asks for its heap by any message. */
const [directory = "{}"] = process.argv.slice(2);
const { url, demo } = await startStub({ directory: JSON.parse(directory) });
process.on("message", () => {
  globalThis.gc?.();
  process.send?.({ heapUsed: process.memoryUsage().heapUsed });
});
process.send?.({ url, demo });
