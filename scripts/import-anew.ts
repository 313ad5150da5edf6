import { registerHooks } from "node:module";

const ROOT = new URL("../", import.meta.url).href;
const RENEWED = ["generated/", "server/"].map((folder) => ROOT + folder);
/**
 * One for the whole process. The store's state lives on, and what it and the self-check throw is told apart by
 * class: a class of another age would be another class.
 */
const LASTING = ["server/store/", "server/contract/contract-error.ts"].map((path) => ROOT + path);

/**
 * Makes an `import()` that loads a module of ours anew at each call, with what it imports of ours: old and new live side
 * by side, told apart by a query in their URLs. Nothing of it is ever freed.
 */
export function createImportAnew(): (url: URL) => Promise<unknown> {
  let generation = 0;
  registerHooks({
    resolve(specifier, context, nextResolve) {
      const resolved = nextResolve(specifier, context);
      const [mark] = /\?generation=\d+$/.exec(context.parentURL ?? "") ?? [];
      return mark !== undefined && isRenewed(resolved.url) ? { ...resolved, url: resolved.url + mark } : resolved;
    },
  });
  return (url) => {
    generation += 1;
    return import(`${url.href}?generation=${generation}`);
  };
}

function isRenewed(url: string): boolean {
  const isBelow = (path: string) => url.startsWith(path);
  return RENEWED.some(isBelow) && !LASTING.some(isBelow);
}
