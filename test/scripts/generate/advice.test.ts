import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";
import { typeErrors } from "./type-errors.ts";

/** The compiler errors of a project with one file. */
function errorsOf(source: string): Promise<string[]> {
  const root = temporaryFolder();
  mkdirSync(join(root, "server"));
  writeFileSync(join(root, "server/handlers.ts"), source);
  const compilerOptions = { strict: true, types: [], lib: ["es2024"], skipLibCheck: true };
  writeFileSync(join(root, "tsconfig.json"), JSON.stringify({ compilerOptions }));
  return typeErrors(root);
}

test("an error whose reason is on a later line is printed with the reason", async () => {
  const errors = await errorsOf(`
interface Operations { add: { tags: string[] }; remove: { id: string } }
const parts = { add: { tags: ["a"] } };
export const handlers: Operations = parts;
export const table: Record<string, Operations> = { first: { add: { tags: [1] }, remove: { id: "" } } };
const deep = { add: { tags: [1] }, remove: { id: "" } };
export const last: Operations = deep;
`);
  expect(errors).toEqual([
    expect.stringMatching(/^server\/handlers\.ts\(4,14\): error TS2741: Property 'remove' is missing in type/),
    "server/handlers.ts(5,75): error TS2322: Type 'number' is not assignable to type 'string'.",
    expect.stringMatching(
      /^server\/handlers\.ts\(7,14\): error TS2322: Type '.+' is not assignable to type 'Operations'\.\n {4}Type 'number' is not assignable to type 'string'\.$/,
    ),
  ]);
});

test("a handler table that lacks an operation names the operation", async () => {
  const errors = await errorsOf(`
type Handlers = { [Id in "getThing" | "putThing"]: () => void };
export const serve = (handlers: { handlers: Handlers }) => handlers;
const handlers = { getThing() {} };
serve({ handlers });
const site = { handlers };
serve(site);
`);
  expect(errors).toHaveLength(2);
  for (const error of errors) expect(error).toContain("Property 'putThing' is missing in type");
});
