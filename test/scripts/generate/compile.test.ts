import { expect, test } from "vitest";
import { compileErrors } from "../../../scripts/generate/compile.ts";

test("rendered sources are compiled together, each fault with its file and line", () => {
  const types = "export interface Known { id: string }\n";
  const operations =
    'import type { Known } from "./types.ts";\nexport const known: Known = { id: 7 };\nexport type Gone = Missing;\n';
  const sources = new Map([
    ["types.ts", types],
    ["operations.ts", operations],
    ["openapi.json", "{"],
  ]);
  expect(compileErrors(sources)).toEqual([
    "operations.ts:2: Type 'number' is not assignable to type 'string'.",
    "operations.ts:3: Cannot find name 'Missing'.",
  ]);
  sources.set("operations.ts", operations.replace("7", '"7"').replace("Missing", "Known"));
  expect(compileErrors(sources)).toEqual([]);
});
