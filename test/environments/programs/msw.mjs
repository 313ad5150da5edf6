import { HttpResponse, http } from "msw";
import { setupServer } from "msw/node";
import * as client from "nexus-sync-client";
import { scenario } from "./scenario.cjs";

const limited = () => new HttpResponse(null, { status: 429, headers: { "Retry-After": "60" } });
const server = setupServer(http.put("https://nexus.example/*", limited));

const credentials = { type: "basic", username: "user", password: "secret" };
const mocked = client.createNexusClient({ baseUrl: "https://nexus.example", credentials });
// After the client was made.
server.listen({ onUnhandledRequest: "bypass" });
const { error } = await mocked.safeSyncUserIdentity("u-ada", JSON.parse(process.env.ENVIRONMENT).body);
const seen = await scenario(client, process.env.ENVIRONMENT);
server.close();
console.log(JSON.stringify({ ...seen, mocked: [error.kind, error.status, error.retryAfterMs] }));
