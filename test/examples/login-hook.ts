import type { NexusClient } from "../../client/nexus-client.ts";
import { hasStatus } from "../../client/nexus-error.ts";

export type Decision =
  | { allow: true; roles: string[] }
  | { allow: false; reason: "unknown" | "inactive" | "try-later" };

/** The code under test in the examples: allows or rejects a sign-in. */
export async function decide(client: NexusClient, userId: string, groups: string[]): Promise<Decision> {
  const result = await client.safeSyncUserIdentity(userId, {
    audience: "https://api.acme.example",
    attributes: [],
    connection: { connectionId: "con_acme-ad", groups },
  });
  if (!result.ok) return { allow: false, reason: hasStatus(result.error, 404) ? "unknown" : "try-later" };
  const { isAuthenticated, roles } = result.data;
  if (!isAuthenticated) return { allow: false, reason: "inactive" };
  return { allow: true, roles: roles.map(({ name }) => name) };
}
