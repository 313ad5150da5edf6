import * as client from "nexus-sync-client";
import { scenario } from "./scenario.cjs";

// biome-ignore lint/style/noDefaultExport: The format of a worker.
export default { fetch: async (_request, { ENVIRONMENT }) => Response.json(await scenario(client, ENVIRONMENT)) };
