import { fileURLToPath } from "node:url";
import { createNexusClient, type NexusClient } from "../client/nexus-client.ts";
import type { User } from "../generated/types.ts";
import { DEMO_SIGN_INS, type DemoSignIn } from "../server/stub/demo-sign-ins.ts";
import { type RunningStub, startStub } from "../server/stub/start-stub.ts";

const DIRECTORY = fileURLToPath(new URL("../server/demo-directory.json", import.meta.url));

type Print = (line: string) => void;

/** Signs one user in over HTTP, prints a line of the table, and returns the roles; null if the sign-in is not accepted. */
type SignIn = (signIn: DemoSignIn, comment: (roles: string[] | null) => string) => Promise<string[] | null>;

/**
 * Signs every demo user in through the client and prints the result; then the first one again without its last group.
 * Exit codes: 0 all roles are as expected, 1 they are not.
 */
export async function run(print: Print): Promise<number> {
  const server = await startStub({ directory: DIRECTORY });
  try {
    print(`Signing ${DEMO_SIGN_INS.length} users in at ${server.url}\n\n${HEADER}`);
    const signIn = signInWith(server, print);
    const surprises = [...(await signAllIn(signIn)), ...(await signInWithoutGroup(signIn))];
    for (const surprise of surprises) print(`UNEXPECTED: ${surprise}`);
    return surprises.length === 0 ? 0 : 1;
  } finally {
    await server.close();
  }
}

async function signAllIn(signIn: SignIn): Promise<string[]> {
  const surprises: string[] = [];
  for (const demo of DEMO_SIGN_INS) {
    const roles = await signIn(demo, () => demo.shows);
    const [got, expected] = [JSON.stringify(roles), JSON.stringify(demo.roles)];
    if (got !== expected) surprises.push(`${demo.userId} got ${got}, not ${expected}`);
  }
  return surprises;
}

/** The role that the group granted must go with it. */
async function signInWithoutGroup(signIn: SignIn): Promise<string[]> {
  const [demo] = DEMO_SIGN_INS;
  if (!demo) return [];
  const { connection } = demo.request;
  const groups = (connection.groups ?? []).slice(0, -1);
  const lostOf = (roles: string[] | null) => (demo.roles ?? []).filter((role) => !roles?.includes(role));
  const request = { ...demo.request, connection: { ...connection, groups } };
  const roles = await signIn({ ...demo, request }, (now) => {
    return `again, without the group ${connection.groups?.at(-1)}: loses ${lostOf(now).join(", ") || "nothing"}`;
  });
  const { length } = lostOf(roles);
  return length === 1 ? [] : [`${demo.userId} lost ${length} roles with one group, not 1`];
}

function signInWith(server: RunningStub, print: Print): SignIn {
  const client = clientOf(server);
  return async ({ userId, request }, comment) => {
    const before = facts(await server.user(userId));
    const { isAuthenticated, roles } = await client.syncUserIdentity(userId, request);
    const after = facts(await server.user(userId));
    const names = isAuthenticated ? (roles ?? []).map(({ name }) => name) : null;
    const changes = [...after].flatMap(([name, value]) => (before.get(name) === value ? [] : [`${name} = ${value}`]));
    print(columns(userId, names ? "yes" : "no", names?.join(", ") || "-", changes.join("; ") || "nothing"));
    print(`  ${comment(names)}`);
    return names;
  };
}

function clientOf({ url, demo }: RunningStub): NexusClient {
  if (!demo) throw new Error("The demo needs the demo credentials.");
  const { bearerToken: token, applicationToken } = demo;
  return createNexusClient({ baseUrl: url, credentials: { type: "bearer", token, applicationToken } });
}

/** Everything a sync can change, as short texts: profile fields, groups and custom attributes. */
function facts(user: User | undefined): Map<string, string> {
  const { givenName, familyName, displayName, nickname, language, identities = [], attributes = [] } = user ?? {};
  const facts = new Map<string, string>();
  const profile = { givenName, familyName, displayName, nickname, language };
  for (const [name, value] of Object.entries(profile)) facts.set(name, value ?? "");
  for (const { azoConnectionId, groups = [] } of identities) {
    const list = groups.length > 3 ? `${groups.length} groups` : groups.join(", ") || "none";
    facts.set(`groups of ${azoConnectionId}`, list);
  }
  for (const { name, value } of attributes) facts.set(name, value ?? "");
  return facts;
}

const HEADER = columns("user", "authenticated", "roles", "changed");

function columns(user: string, authenticated: string, roles: string, changed: string): string {
  return [user.padEnd(30), authenticated.padEnd(13), roles.padEnd(27), changed].join("  ");
}

if (import.meta.main) process.exitCode = await run(console.log);
