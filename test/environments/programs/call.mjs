import * as client from "nexus-sync-client";
import { scenario } from "./scenario.cjs";

console.log(JSON.stringify(await scenario(client, process.env.ENVIRONMENT)));
