import { fileURLToPath } from "node:url";
import { createNexusClient, type NexusClient } from "../client/nexus-client.ts";
import type { User } from "../generated/types.ts";
import { DEMO_SIGN_INS, type DemoSignIn } from "../server/stub/demo.ts";
import { type RunningStub, startStub } from "../server/stub/start-stub.ts";

const DIRECTORY = fileURLToPath(new URL("../server/demo-directory.json", import.meta.url));

/** One line of the table. `roles` is null where the sign-in does not count. */
interface Row {
  userId: string;
  roles: string[] | null;
  changes: string[];
}

/**
 * Signs every demo user in over HTTP, through the client, and prints what came of it; then the first one once more with
 * a group less. Exit codes: 0 everything came as expected, 1 something else.
 */
export async function run(print: (line: string) => void): Promise<number> {
  const server = await startStub({ directory: DIRECTORY });
  try {
    const surprises = await signEverybodyIn(server, print);
    for (const surprise of surprises) print(`UNEXPECTED: ${surprise}`);
    return surprises.length === 0 ? 0 : 1;
  } finally {
    await server.close();
  }
}

async function signEverybodyIn(server: RunningStub, print: (line: string) => void): Promise<string[]> {
  const client = clientOf(server);
  print(`Signing ${DEMO_SIGN_INS.length} users in at ${server.url}\n\n${HEADER}`);
  const surprises: string[] = [];
  for (const signIn of DEMO_SIGN_INS) {
    const row = await signedIn(server, client, signIn);
    print(format(row, signIn.shows));
    const [got, expected] = [JSON.stringify(row.roles), JSON.stringify(signIn.roles)];
    if (got !== expected) surprises.push(`${row.userId} got ${got}, not ${expected}`);
  }
  const [first] = DEMO_SIGN_INS;
  return first ? [...surprises, ...(await signInWithLess(server, client, first, print))] : surprises;
}

/** The same sign-in again, with the last group gone: the role it granted must go with it. */
async function signInWithLess(
  server: RunningStub,
  client: NexusClient,
  signIn: DemoSignIn,
  print: (line: string) => void,
): Promise<string[]> {
  const { connection } = signIn.request;
  const groups = (connection.groups ?? []).slice(0, -1);
  const request = { ...signIn.request, connection: { ...connection, groups } };
  const row = await signedIn(server, client, { ...signIn, request });
  const lost = (signIn.roles ?? []).filter((role) => !row.roles?.includes(role));
  print(format(row, `again, without the group ${connection.groups?.at(-1)}: loses ${lost.join(", ") || "nothing"}`));
  return lost.length === 1 ? [] : [`${row.userId} lost ${lost.length} roles with one group, not 1`];
}

function clientOf({ url, demo }: RunningStub): NexusClient {
  if (!demo) throw new Error("The demo needs the demo credentials.");
  const { bearerToken: token, applicationToken } = demo;
  return createNexusClient({ baseUrl: url, credentials: { type: "bearer", token, applicationToken } });
}

async function signedIn(server: RunningStub, client: NexusClient, { userId, request }: DemoSignIn): Promise<Row> {
  const before = await server.user(userId);
  const { isAuthenticated, roles } = await client.syncUserIdentity(userId, request);
  const after = await server.user(userId);
  const names = (roles ?? []).map(({ name }) => name);
  return { userId, roles: isAuthenticated ? names : null, changes: changesBetween(before, after) };
}

/** What a sync may change: profile fields, groups and custom attributes; one short text each. */
function changesBetween(before: User | undefined, after: User | undefined): string[] {
  const old = facts(before);
  return [...facts(after)].flatMap(([name, value]) => (old.get(name) === value ? [] : [`${name} = ${value}`]));
}

function facts(user: User | undefined): Map<string, string> {
  const { givenName, familyName, displayName, nickname, language, identities = [], attributes = [] } = user ?? {};
  const profile = Object.entries({ givenName, familyName, displayName, nickname, language });
  const groups = identities.map(({ azoConnectionId, groups: list = [] }) => {
    const text = list.length > 3 ? `${list.length} groups` : list.join(", ") || "none";
    return [`groups of ${azoConnectionId}`, text] as const;
  });
  const custom = attributes.map(({ name, value }) => [name, value ?? ""] as const);
  return new Map([...profile.map(([name, value]) => [name, value ?? ""] as const), ...groups, ...custom]);
}

const HEADER = columns("user", "authenticated", "roles", "changed");

function format({ userId, roles, changes }: Row, shows: string): string {
  const row = columns(userId, roles ? "yes" : "no", roles?.join(", ") || "-", changes.join("; ") || "nothing");
  return `${row}\n  ${shows}`;
}

function columns(user: string, authenticated: string, roles: string, changed: string): string {
  return [user.padEnd(30), authenticated.padEnd(13), roles.padEnd(27), changed].join("  ");
}

if (import.meta.main) process.exitCode = await run(console.log);
