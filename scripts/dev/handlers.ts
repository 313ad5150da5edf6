import { globSync } from "node:fs";
import { registerHooks } from "node:module";
import { fileURLToPath } from "node:url";
import type { CreateHandlers } from "../../server/running-server.ts";
import { onEachChange } from "../generate/watch/watch.ts";

const ROOT = new URL("../../", import.meta.url);
const HANDLERS = new URL("server/handlers/handlers.ts", ROOT).href;
/** Stateless modules: a second copy of one does not differ from the first. */
const FOLDERS = ["server/handlers/", "server/identity/"];

/** Calls `use` after each change of a handler, or of the rules below them, with a function that imports them again. */
export async function watchHandlers(use: (load: () => Promise<CreateHandlers>) => Promise<void>, signal: AbortSignal) {
  // A module that is imported with a version imports its neighbours with the same one.
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      const found = next(specifier, context);
      const [version] = /\?version=\d+$/.exec(context.parentURL ?? "") ?? [];
      const isReloaded = FOLDERS.some((folder) => found.url.startsWith(new URL(folder, ROOT).href));
      return version !== undefined && isReloaded ? { ...found, url: `${found.url}${version}` } : found;
    },
  });
  let version = 0;
  const load = async (): Promise<CreateHandlers> => {
    version += 1;
    return (await import(`${HANDLERS}?version=${version}`)).createHandlers;
  };
  const files = () => globSync(FOLDERS.map((folder) => `${fileURLToPath(new URL(folder, ROOT))}**/*.ts`));
  await onEachChange(files, () => use(load), { signal, startedAt: Date.now() });
  hooks.deregister();
}
