import { fileURLToPath } from "node:url";
import { createNexusClient, type NexusClient } from "../client/nexus-client.ts";
import type { User } from "../generated/types.ts";
import { DEMO_SIGN_INS, type DemoSignIn } from "../server/stub/demo.ts";
import { type RunningStub, startStub } from "../server/stub/start-stub.ts";
import type { Print } from "./shared/print.ts";

const DIRECTORY = fileURLToPath(new URL("../server/demo-directory.json", import.meta.url));

/** Granted by the last group of the first sign-in. */
const LOST_ROLE = "On-call";

/**
 * Signs every demo user in through the client and prints the result; then the first one again without its last group.
 * Exit codes: 0 all roles are as expected, 1 they are not.
 */
export async function run(print: Print): Promise<number> {
  const server = await startStub({ directory: DIRECTORY });
  try {
    print(`Signing ${DEMO_SIGN_INS.length} users in at ${server.url}\n\n${HEADER}`);
    const client = clientOf(server);
    const unexpected: string[] = [];
    for (const demo of [...DEMO_SIGN_INS, ...withoutLastGroup(DEMO_SIGN_INS[0])]) {
      const got = JSON.stringify(await signIn(demo, { server, client, print }));
      const expected = JSON.stringify(demo.roles);
      if (got !== expected) unexpected.push(`UNEXPECTED: ${demo.userId} got ${got}, not ${expected}`);
    }
    for (const line of unexpected) print(line);
    return unexpected.length === 0 ? 0 : 1;
  } finally {
    await server.close();
  }
}

/** The sign-in without its last group, which grants the role On-call. */
function withoutLastGroup(demo: DemoSignIn | undefined): DemoSignIn[] {
  if (!demo) return [];
  const { connection } = demo.request;
  const groups = (connection.groups ?? []).slice(0, -1);
  const shows = `again, without the group ${connection.groups?.at(-1)}: loses ${LOST_ROLE}`;
  const roles = demo.roles?.filter((role) => role !== LOST_ROLE) ?? null;
  return [{ ...demo, request: { ...demo.request, connection: { ...connection, groups } }, shows, roles }];
}

interface Demo {
  server: RunningStub;
  client: NexusClient;
  print: Print;
}

/** Signs one user in, prints a line of the table, and returns the roles; null if the sign-in is not accepted. */
async function signIn(
  { userId, request, shows }: DemoSignIn,
  { server, client, print }: Demo,
): Promise<string[] | null> {
  const before = facts(await server.user(userId));
  const { isAuthenticated, roles } = await client.syncUserIdentity(userId, request);
  const after = facts(await server.user(userId));
  const names = isAuthenticated ? (roles ?? []).map(({ name }) => name) : null;
  const changes = Object.entries(after).flatMap(([name, value]) =>
    before[name] === value ? [] : [`${name} = ${value}`],
  );
  print(columns(userId, names ? "yes" : "no", names?.join(", ") || "-", changes.join("; ") || "nothing"));
  print(`  ${shows}`);
  return names;
}

function clientOf({ url, demo }: RunningStub): NexusClient {
  if (!demo) throw new Error("The demo needs the demo credentials.");
  const { bearerToken: token, applicationToken } = demo;
  return createNexusClient({ baseUrl: url, credentials: { type: "bearer", token, applicationToken } });
}

/** Everything a sync can change, as short texts: profile fields, groups and custom attributes. */
function facts(user: User | undefined): Record<string, string> {
  const { givenName, familyName, displayName, nickname, language, identities = [], attributes = [] } = user ?? {};
  const profile = { givenName, familyName, displayName, nickname, language };
  const groupsOf = (groups: readonly string[] = []) =>
    groups.length > 3 ? `${groups.length} groups` : groups.join(", ") || "none";
  return Object.fromEntries([
    ...Object.entries(profile).map(([name, value]) => [name, value ?? ""]),
    ...identities.map(({ azoConnectionId, groups }) => [`groups of ${azoConnectionId}`, groupsOf(groups)]),
    ...attributes.map(({ name, value }) => [name, value ?? ""]),
  ]);
}

const HEADER = columns("user", "authenticated", "roles", "changed");

function columns(user: string, authenticated: string, roles: string, changed: string): string {
  return [user.padEnd(30), authenticated.padEnd(13), roles.padEnd(27), changed].join("  ");
}

if (import.meta.main) process.exitCode = await run(console.log);
