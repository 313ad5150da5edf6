import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { startStub } from "../../../server/stub/start-stub.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

const OPERATIONS = 300;
const ROUNDS = 20;
const REQUESTS = 50;

/** A document of many operations with the same kind of path. */
function manyOperations(): URL {
  const parameters = [{ name: "id", in: "path", required: true, schema: { type: "integer" } }];
  const responses = { "204": { description: "Done." } };
  const path = (index: number) => [
    `/things${index}/{id}`,
    { get: { operationId: `read${index}`, parameters, responses } },
  ];
  const paths = Object.fromEntries(Array.from({ length: OPERATIONS }, (_, index) => path(index)));
  const file = join(temporaryFolder(), "openapi.json");
  writeFileSync(
    file,
    JSON.stringify({ openapi: "3.1.1", info: { title: "Many", version: "1.0.0" }, security: [], paths }),
  );
  return pathToFileURL(file);
}

test("a request takes no longer because its operation is the last of many", { timeout: 60_000 }, async () => {
  const server = await startStub({ document: manyOperations(), controlPort: "none" });
  onTestFinished(() => server.close());
  const millisecondsOf = async (index: number) => {
    const start = performance.now();
    for (let count = 0; count < REQUESTS; count += 1) {
      expect((await fetch(`${server.url}/things${index}/7`)).status).toBe(204);
    }
    return performance.now() - start;
  };
  const shortest = { first: Infinity, last: Infinity };
  for (let round = 0; round < ROUNDS; round += 1) {
    shortest.first = Math.min(shortest.first, await millisecondsOf(0));
    shortest.last = Math.min(shortest.last, await millisecondsOf(OPERATIONS - 1));
  }
  expect(shortest.last).toBeLessThan(1.4 * shortest.first);
});
