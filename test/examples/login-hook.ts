import type { NexusClient } from "../../client/nexus-client.ts";
import { hasStatus } from "../../client/nexus-error.ts";

export type Decision = { allow: true; roles: string[] } | { allow: false; why: "unknown" | "inactive" | "try-later" };

/** The code under test in these suites, as yours may look: decides over a sign-in. */
export async function decide(client: NexusClient, userId: string, groups: string[]): Promise<Decision> {
  const result = await client.safeSyncUserIdentity(userId, {
    audience: "https://api.acme.example",
    attributes: [],
    connection: { connectionId: "con_acme-ad", groups },
  });
  if (!result.ok) return { allow: false, why: hasStatus(result.error, 404) ? "unknown" : "try-later" };
  const { isAuthenticated, roles } = result.data;
  if (!isAuthenticated) return { allow: false, why: "inactive" };
  return { allow: true, roles: (roles ?? []).map(({ name }) => name) };
}
