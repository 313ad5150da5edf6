import { GCProfiler } from "node:v8";

/**
 * Preloaded into a server process with --import and --expose-gc. Replies to each message of its parent with figures of
 * the process, see MeasuredServer.
 */
let profiler = new GCProfiler();
profiler.start();

process.on("message", () => {
  const promoted = promotedBytes();
  globalThis.gc?.();
  profiler = new GCProfiler();
  profiler.start();
  const sockets = process.getActiveResourcesInfo().filter((name) => name === "TCPSocketWrap").length;
  process.send?.({ heap: process.memoryUsage().heapUsed, sockets, promoted });
});
// The parent does not keep the server running.
process.channel?.unref();

/** Bytes that scavenges have moved to the old space. */
function promotedBytes(): number {
  const scavenges = profiler.stop().statistics.filter(({ gcType }) => gcType === "Scavenge");
  return scavenges.reduce((sum, { beforeGC, afterGC }) => sum + oldSpaceOf(afterGC) - oldSpaceOf(beforeGC), 0);
}

function oldSpaceOf({ heapSpaceStatistics }: ReturnType<GCProfiler["stop"]>["statistics"][number]["beforeGC"]): number {
  return heapSpaceStatistics.find(({ spaceName }) => spaceName === "old_space")?.spaceUsedSize ?? 0;
}
