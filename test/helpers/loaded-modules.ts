import { appendFileSync } from "node:fs";
import { registerHooks } from "node:module";

// For `node --import`: appends the URL of every module that the process loads to the file in the variable LOADED_MODULES.
registerHooks({
  load(url, context, nextLoad) {
    appendFileSync(process.env.LOADED_MODULES ?? "", `${url}\n`);
    return nextLoad(url, context);
  },
});
