import { OPERATIONS, SECURITY_SCHEMES } from "../generated/operations.ts";
import type { RunningServer } from "./running-server.ts";
import { DEMO_SIGN_INS } from "./stub/demo-sign-ins.ts";

/** What is printed once the server listens: where it is, who is in it, how to get in, and a line to paste. */
export function banner(server: RunningServer, { listsDemoUsers }: { listsDemoUsers: boolean }): string {
  const { url, controlUrl, demo, loaded } = server;
  const width = Math.max(...DEMO_SIGN_INS.map(({ userId }) => userId.length));
  const users = DEMO_SIGN_INS.map(({ userId, shows }) => `  ${userId.padEnd(width)}  ${shows}`);
  return [
    `nexus-sync contract server on ${url}  (Ctrl-C ends it)`,
    ...(controlUrl === undefined ? [] : [`Control port and page: ${controlUrl}`]),
    ...(loaded ? [`${loaded.total} directory entries were read, ${loaded.changed} of them new or changed`] : []),
    ...(listsDemoUsers ? ["", "Users of the demo directory, and what a sign-in of each shows:", ...users] : []),
    ...(demo ? ["", "Demo credentials, new at each start:", ...credentialLines(demo)] : []),
    ...(demo && listsDemoUsers ? ["", "Try it:", curl(url, demo)] : []),
    "",
  ].join("\n");
}

type Demo = NonNullable<RunningServer["demo"]>;

function credentialLines({ apiKey, applicationToken, bearerToken }: Demo): string[] {
  const rows = [
    ["Basic", `${apiKey.id}:${apiKey.secret}`],
    ["Bearer", bearerToken],
    [SECURITY_SCHEMES.ApplicationToken.name, `${applicationToken}  (together with Bearer)`],
  ] as const;
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`);
}

function curl(url: string, { apiKey }: Demo): string {
  const [{ userId, request } = { userId: "", request: {} }] = DEMO_SIGN_INS;
  const path = OPERATIONS.SyncUserIdentity.path.replace("{userId}", encodeURIComponent(userId));
  return [
    `curl -sS -X PUT '${url}${path}' -u '${apiKey.id}:${apiKey.secret}'`,
    `-H 'Content-Type: application/json' -d '${JSON.stringify(request).replaceAll("'", "\\u0027")}'`,
  ].join(" ");
}
