const client = require("nexus-sync-client");
const { scenario } = require("./scenario.cjs");

scenario(client, process.env.ENVIRONMENT).then((seen) => console.log(JSON.stringify(seen)));
