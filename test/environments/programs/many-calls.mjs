import { createNexusClient } from "nexus-sync-client";

const { url, username, password, body } = JSON.parse(process.env.ENVIRONMENT);
const client = () => createNexusClient({ baseUrl: url, credentials: { type: "basic", username, password } });
let calls = 0;
for (const one of [client(), client()]) {
  for (let index = 0; index < 10; index += 1) {
    await one.syncUserIdentity("u-ada", body);
    calls += 1;
  }
}
console.log(calls);
