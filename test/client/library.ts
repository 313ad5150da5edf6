import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { onTestFinished } from "vitest";
import { parse } from "yaml";
import { type RunningStub, startStub } from "../../server/stub/start-stub.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";

/** A contract with several operations. */
export const LIBRARY = readFixture("library.yaml");
/** A contract with Bearer tokens and API keys, `readOnly` properties and bodies of several shapes. */
export const PARCELS = readFixture("parcels.yaml");

function readFixture(name: string) {
  return parse(readFileSync(new URL(`../fixtures/${name}`, import.meta.url), "utf8"));
}

/** A stub of a contract, by default the library, which checks requests and responses against the contract; closed at the end of the test. */
export async function startLibrary(contract: object = LIBRARY): Promise<RunningStub> {
  const file = join(temporaryFolder(), "openapi.json");
  writeFileSync(file, JSON.stringify(contract));
  const server = await startStub({ document: pathToFileURL(file), controlPort: "none" });
  onTestFinished(() => server.close());
  return server;
}
