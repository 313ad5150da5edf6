import {
  type Credentials,
  createNexusClient,
  hasStatus,
  isNexusError,
  NexusError,
  type SyncUserIdentityRequest,
} from "nexus-sync-client";

declare const process: { env: { ENVIRONMENT: string } };
const given = JSON.parse(process.env.ENVIRONMENT);
const body: SyncUserIdentityRequest = given.body;
const credentials: Credentials = { type: "basic", username: given.username, password: given.password };

async function run() {
  const client = createNexusClient({ baseUrl: given.url, credentials });
  const found = await client.safeSyncUserIdentity("u-ada", body);
  const failed = await client.safeSyncUserIdentity("u-nobody", body);
  if (!found.ok || failed.ok) throw new Error("The results are not as expected.");
  const { error } = failed;
  const title: string | null | undefined = hasStatus(error, 404) ? error.problem.title : undefined;
  return {
    roles: (found.data.roles ?? []).map(({ name }) => name),
    title,
    isTyped: isNexusError(error) && error instanceof NexusError && error instanceof Error,
    attempts: error.attempts,
  };
}

run().then((seen) => console.log(JSON.stringify(seen)));
