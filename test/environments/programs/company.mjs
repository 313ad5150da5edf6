import * as client from "nexus-sync-client";
import { companyFetch } from "./company-fetch.mjs";
import { scenario } from "./scenario.cjs";

const seen = await scenario(client, process.env.ENVIRONMENT, { fetch: companyFetch });
const { url, username, password, body } = JSON.parse(process.env.ENVIRONMENT);
const credentials = { type: "basic", username, password };
const many = client.createNexusClient({ baseUrl: url, credentials, fetch: companyFetch });
await Promise.all(Array.from({ length: 64 }, () => many.syncUserIdentity("u-ada", body)));
console.log(JSON.stringify(seen));
