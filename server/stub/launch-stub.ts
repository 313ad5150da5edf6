import { loadContract } from "../contract/contract.ts";
import { bannerLines, type Ready, readyOf } from "../ready.ts";
import type { RunningServer, ServerOptions } from "../running-server.ts";
import type { Settings } from "../settings/values.ts";
import { DEMO_SIGN_INS, type DemoCredentials } from "./demo.ts";
import { type RunningStub, startStub } from "./start-stub.ts";

/** Starts a stub with the settings of the command line, and returns it with its facts for people and for programs. */
export async function launchStub(
  { directory, controlPort, isControlPortPreferred, controlHost, controlToken, demoSecret }: Settings,
  options: ServerOptions,
): Promise<{ server: RunningServer; banner: string; ready: Ready; demo: DemoCredentials | undefined }> {
  const stub = await startStub({
    ...{ ...options, controlPort, isControlPortPreferred, controlHost, controlToken, demoSecret },
    ...(directory !== "none" && { directory }),
  });
  const { withoutHandler, demo } = stub;
  const ready = { ...readyOf(stub), ...(withoutHandler.size > 0 && { withoutHandler: [...withoutHandler] }) };
  const isFixed = demoSecret !== undefined;
  return { server: stub, banner: banner(stub, { hasDemoUsers: directory === "demo", isFixed }), ready, demo };
}

/** URLs, demo users, demo credentials, and a command to paste. */
function banner(stub: RunningStub, { hasDemoUsers, isFixed }: { hasDemoUsers: boolean; isFixed: boolean }): string {
  const { url, controlUrl, demo, withoutHandler } = stub;
  const [first = "", ...rest] = bannerLines(stub);
  return [
    first,
    ...(controlUrl === undefined ? [] : [`Control port and page: ${controlUrl}`]),
    ...rest,
    ...(withoutHandler.size > 0
      ? ["", `No handler yet, so the contract's examples are served: ${[...withoutHandler].join(", ")}`]
      : []),
    ...(hasDemoUsers
      ? ["", "Users of the demo directory:", ...columns(DEMO_SIGN_INS.map(({ userId, shows }) => [userId, shows]))]
      : []),
    ...(demo
      ? [
          "",
          isFixed ? "Demo credentials; Bearer is new at each start:" : "Demo credentials, new at each start:",
          ...columns(credentialRows(demo)),
        ]
      : []),
    ...(demo && hasDemoUsers ? ["", "Try it:", curl(url, demo)] : []),
    "",
  ].join("\n");
}

function columns(rows: (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`);
}

function credentialRows({ apiKey, applicationToken, bearerToken }: DemoCredentials): [string, string][] {
  const schemes = Object.values(loadContract().securitySchemes);
  const [header = ""] = schemes.flatMap((scheme) => (scheme.type === "apiKey" ? [scheme.name] : []));
  return [
    ["Basic", `${apiKey.id}:${apiKey.secret}`],
    ["Bearer", bearerToken],
    [header, `${applicationToken}  (together with Bearer)`],
  ];
}

/** A sign-in of the first demo user. */
function curl(url: string, { apiKey }: DemoCredentials): string {
  const [{ userId, request } = { userId: "", request: {} }] = DEMO_SIGN_INS;
  const template = loadContract().operations.find(({ id }) => id === "SyncUserIdentity")?.template ?? "";
  const path = template.replace("{userId}", encodeURIComponent(userId));
  return [
    `curl -sS -X PUT '${url}${path}' -u '${apiKey.id}:${apiKey.secret}'`,
    `-H 'Content-Type: application/json' -d '${JSON.stringify(request).replaceAll("'", "\\u0027")}'`,
  ].join(" ");
}
