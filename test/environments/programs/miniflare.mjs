import { Miniflare } from "miniflare";

const { WORKER: scriptPath, ENVIRONMENT } = process.env;
const worker = new Miniflare({
  ...{ modules: true, scriptPath, bindings: { ENVIRONMENT } },
  compatibilityDate: "2026-01-01",
});
const response = await worker.dispatchFetch("http://worker.example/");
console.log(await response.text());
await worker.dispose();
