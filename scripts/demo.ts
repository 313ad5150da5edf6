import { createNexusClient, type NexusClient } from "../client/nexus-client.ts";
import type { User } from "../generated/types.ts";
import { parseOptions } from "../server/command-line/parse-options.ts";
import { DEMO_DIRECTORY, DEMO_SIGN_INS, type DemoSignIn } from "../server/stub/demo.ts";
import { type RunningStub, startStub } from "../server/stub/start-stub.ts";
import { runCommand } from "./shared/command.ts";
import type { Print } from "./shared/print.ts";

/** Granted by the last group of the first sign-in. */
const LOST_ROLE = "On-call";
const HELP = `npm run demo

Starts a stub, signs every demo user in, and prints the roles and the changes.
Exit codes: 0 all roles are as expected, 1 they are not, 2 there are arguments.`;
const HEADER = columns("user", "authenticated", "roles", "changed");

/**
 * Signs every demo user in through the client and prints the result; then the first one again without its last group.
 * Exit codes: 0 all roles are as expected, 1 they are not, 2 there are arguments.
 */
export function run(args: string[], print: Print, printError: Print = console.error): Promise<number> {
  const parse = () => parseOptions({ args });
  return runCommand({ help: HELP, parse, print, printError }, () => signAllIn(print));
}

async function signAllIn(print: Print): Promise<number> {
  const server = await startStub({ directory: DEMO_DIRECTORY });
  try {
    print(`Signing ${DEMO_SIGN_INS.length} users in at ${server.url}\n\n${HEADER}`);
    const client = clientOf(server);
    const unexpected: string[] = [];
    for (const demo of [...DEMO_SIGN_INS, ...DEMO_SIGN_INS.slice(0, 1).map(withoutLastGroup)]) {
      const { roles, changes } = await signIn(demo, server, client);
      print(columns(demo.userId, roles ? "yes" : "no", roles?.join(", ") || "-", changes.join("; ") || "nothing"));
      print(`  ${demo.shows}`);
      const [got, expected] = [roles, demo.roles].map((names) => JSON.stringify(names));
      if (got !== expected) unexpected.push(`UNEXPECTED: ${demo.userId} got ${got}, not ${expected}`);
    }
    for (const line of unexpected) print(line);
    return unexpected.length === 0 ? 0 : 1;
  } finally {
    await server.close();
  }
}

/** The sign-in without its last group, which grants the role On-call. */
function withoutLastGroup({ request, roles, userId }: DemoSignIn): DemoSignIn {
  const { groups } = request.connection;
  const shows = `again, without the group ${groups?.at(-1)}: loses ${LOST_ROLE}`;
  const connection = { ...request.connection, groups: groups?.slice(0, -1) ?? null };
  const rolesLeft = roles?.filter((role) => role !== LOST_ROLE) ?? null;
  return { userId, shows, roles: rolesLeft, request: { ...request, connection } };
}

/** The roles, null if the sign-in is not accepted, and the changes of the stored user. */
async function signIn({ userId, request }: DemoSignIn, server: RunningStub, client: NexusClient) {
  const before = facts(await server.user(userId));
  const { isAuthenticated, roles } = await client.syncUserIdentity(userId, request);
  const after = Object.entries(facts(await server.user(userId)));
  const changes = after.flatMap(([name, value]) => (before[name] === value ? [] : [`${name} = ${value}`]));
  return { roles: isAuthenticated ? roles.map(({ name }) => name) : null, changes };
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

function columns(user: string, authenticated: string, roles: string, changed: string): string {
  return [user.padEnd(30), authenticated.padEnd(13), roles.padEnd(27), changed].join("  ");
}

if (import.meta.main) {
  // After `| head -1`, the exit code still has the result.
  process.stdout.on("error", () => {});
  process.exitCode = await run(process.argv.slice(2), console.log);
}
