#!/usr/bin/env node
import { unsupportedNode } from "./node-version.ts";

/* The command of the package. The server is imported only on a Node that has all modules of it. */

const problem = unsupportedNode();
if (problem === undefined) await import("../main.ts");
else {
  console.error(problem);
  process.exitCode = 2;
}
