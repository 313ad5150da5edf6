import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { onTestFinished } from "vitest";
import { DEMO_DIRECTORY } from "../../../server/stub/demo.ts";
import { type RunningStub, type StubOptions, startStub } from "../../../server/stub/start-stub.ts";
import { startTestProgram } from "../../helpers/program.ts";
import { runLog, watchSecrets } from "../../helpers/run-log.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

const MAIN = fileURLToPath(new URL("../../../server/conformance/main.ts", import.meta.url));

export interface Conformance {
  code: number | null;
  output: string;
  /** `OPERATION clause` of each failed test case in the JUnit report. */
  failed: string[];
  xml: string;
}

/** A stub with the demo users, or of another document; closed at the end of the test. */
export async function startChecked(options: StubOptions = {}, document?: object): Promise<RunningStub> {
  const file = document && pathToFileURL(writeDocument(document));
  const directory = document ? undefined : DEMO_DIRECTORY;
  const stub = await startStub({
    directory,
    controlPort: "none",
    log: runLog(),
    ...(file && { document: file }),
    ...options,
  });
  watchSecrets(stub);
  onTestFinished(() => stub.close());
  return stub;
}

export function writeDocument(document: object): string {
  const file = join(temporaryFolder(), "openapi.json");
  writeFileSync(file, JSON.stringify(document));
  return file;
}

/** The variables for the demo credentials of a stub, for each of these schemes. */
export function variablesOf({ demo }: RunningStub): Record<string, string> {
  const bearer = Object.fromEntries(
    ["BEARER", "TOKEN", "SESSION", "LOGIN", "OPEN_ID"].map((name) => [
      `NEXUS_SYNC_AUTH_${name}`,
      demo?.bearerToken ?? "",
    ]),
  );
  const token = demo?.applicationToken ?? "";
  return {
    ...bearer,
    NEXUS_SYNC_AUTH_BASIC: `${demo?.apiKey.id}:${demo?.apiKey.secret}`,
    NEXUS_SYNC_AUTH_APPLICATION_TOKEN: token,
    NEXUS_SYNC_AUTH_API_KEY: token,
  };
}

/** Runs the command as its own process. */
export async function conformance(args: readonly string[], variables: Record<string, string>): Promise<Conformance> {
  const junit = join(temporaryFolder(), "junit.xml");
  const command = [process.execPath, MAIN, "--junit", junit, ...args];
  const { code, output } = await startTestProgram(command, { env: { ...process.env, ...variables } }).ended;
  const xml = readIfPresent(junit);
  const found = xml.matchAll(/<testcase classname="([^"]*)" name="([^"]*)"><failure/g);
  return { code, output, xml, failed: Array.from(found, ([, operation, name]) => unescaped(`${operation} ${name}`)) };
}

function readIfPresent(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

function unescaped(text: string): string {
  return text.replaceAll("&gt;", ">").replaceAll("&lt;", "<").replaceAll("&quot;", '"').replaceAll("&amp;", "&");
}
