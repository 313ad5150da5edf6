/**
 * Preloaded into a server process with --import and --expose-gc. Replies to each message of its parent with its heap in
 * bytes, after a collection, and the number of its open sockets.
 */
process.on("message", () => {
  globalThis.gc?.();
  const sockets = process.getActiveResourcesInfo().filter((name) => name === "TCPSocketWrap").length;
  process.send?.({ heap: process.memoryUsage().heapUsed, sockets });
});
// The parent does not keep the server running.
process.channel?.unref();
