import { appendFileSync } from "node:fs";
import { registerHooks } from "node:module";

// For `node --import`: appends the URL of every module that the process loads to the file that LOADED_MODULES names.
registerHooks({
  load(url, context, nextLoad) {
    appendFileSync(process.env.LOADED_MODULES ?? "", `${url}\n`);
    return nextLoad(url, context);
  },
});
