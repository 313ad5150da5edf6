import { fileURLToPath } from "node:url";
import { bannerLines } from "../banner.ts";
import { loadContract } from "../contract/contract.ts";
import type { RunningServer, ServerOptions } from "../running-server.ts";

import type { Settings } from "../setting-values.ts";
import { DEMO_SIGN_INS } from "./demo-sign-ins.ts";
import { type RunningStub, startStub } from "./start-stub.ts";

const DEMO_DIRECTORY = fileURLToPath(new URL("../demo-directory.json", import.meta.url));

/** Starts a stub as the settings say, and returns it with its banner. */
export async function launchStub(
  { directory, controlPort, controlHost, controlToken }: Settings,
  options: ServerOptions,
): Promise<{ server: RunningServer; banner: string }> {
  const stub = await startStub({
    ...{ ...options, controlPort },
    ...(controlHost !== undefined && { controlHost }),
    ...(controlToken !== undefined && { controlToken }),
    ...(directory !== "none" && { directory: directory === "demo" ? DEMO_DIRECTORY : directory }),
  });
  return { server: stub, banner: banner(stub, { hasDemoUsers: directory === "demo" }) };
}

/** Printed once the stub listens: URLs, demo users, demo credentials, and a command to paste. */
function banner(stub: RunningStub, { hasDemoUsers }: { hasDemoUsers: boolean }): string {
  const { url, controlUrl, demo } = stub;
  const [first = "", ...rest] = bannerLines(stub);
  const width = Math.max(...DEMO_SIGN_INS.map(({ userId }) => userId.length));
  const users = DEMO_SIGN_INS.map(({ userId, shows }) => `  ${userId.padEnd(width)}  ${shows}`);
  return [
    first,
    ...(controlUrl === undefined ? [] : [`Control port and page: ${controlUrl}`]),
    ...rest,
    ...(hasDemoUsers ? ["", "Users of the demo directory:", ...users] : []),
    ...(demo ? ["", "Demo credentials, new at each start:", ...credentialLines(demo)] : []),
    ...(demo && hasDemoUsers ? ["", "Try it:", curl(url, demo)] : []),
    "",
  ].join("\n");
}

type Demo = NonNullable<RunningStub["demo"]>;

function credentialLines({ apiKey, applicationToken, bearerToken }: Demo): string[] {
  const scheme = Object.values(loadContract().securitySchemes).find(({ type }) => type === "apiKey");
  const header = scheme?.type === "apiKey" ? scheme.name : "";
  const rows = [
    ["Basic", `${apiKey.id}:${apiKey.secret}`],
    ["Bearer", bearerToken],
    [header, `${applicationToken}  (together with Bearer)`],
  ] as const;
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`);
}

/** One sign-in of the first demo user. */
function curl(url: string, { apiKey }: Demo): string {
  const [{ userId, request } = { userId: "", request: {} }] = DEMO_SIGN_INS;
  const template = loadContract().operations.find(({ id }) => id === "SyncUserIdentity")?.template ?? "";
  const path = template.replace("{userId}", encodeURIComponent(userId));
  return [
    `curl -sS -X PUT '${url}${path}' -u '${apiKey.id}:${apiKey.secret}'`,
    `-H 'Content-Type: application/json' -d '${JSON.stringify(request).replaceAll("'", "\\u0027")}'`,
  ].join(" ");
}
