import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { onTestFinished } from "vitest";
import { parse } from "yaml";
import { type RunningStub, startStub } from "../../server/stub/start-stub.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";

/** A contract with several operations. */
export const LIBRARY = parse(readFileSync(new URL("../fixtures/library.yaml", import.meta.url), "utf8"));

/** A stub of the library, which checks requests and responses against the contract; closed at the end of the test. */
export async function startLibrary(): Promise<RunningStub> {
  const file = join(temporaryFolder(), "openapi.json");
  writeFileSync(file, JSON.stringify(LIBRARY));
  const server = await startStub({ document: pathToFileURL(file), controlPort: "none" });
  onTestFinished(() => server.close());
  return server;
}
