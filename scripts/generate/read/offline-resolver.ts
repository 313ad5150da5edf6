import { BaseResolver, ResolveError, Source } from "@redocly/openapi-core";

/** Redocly's resolver of references, which reads files with `read` only, and nothing from the network. */
export function offlineResolver(read: (path: string) => Promise<unknown>): BaseResolver {
  const values = new Map<string, unknown>();
  return Object.assign(new BaseResolver(), {
    async loadExternalRef(path: string) {
      try {
        values.set(path, await read(path));
        return new Source(path, "");
      } catch (error) {
        throw new ResolveError(error as Error);
      }
    },
    parseDocument: (source: Source) => ({ source, parsed: values.get(source.absoluteRef) }),
  });
}

/** A resolver for a document without references to other files. */
export function localResolver(): BaseResolver {
  return offlineResolver(async (path) => {
    throw new Error(`${path} is not read.`);
  });
}
