import modules from "node:module";

/** A line for a Node without `node:sqlite`, which the server can't be imported on; undefined if this Node has it. */
export function unsupportedNode(): string | undefined {
  // Node 16 has no `isBuiltin`, and would not import it by name.
  if (typeof modules.isBuiltin === "function" && modules.isBuiltin("node:sqlite")) return undefined;
  return `nexus-sync needs Node 22.13 or later, because it uses node:sqlite; this is Node ${process.versions.node}.`;
}
