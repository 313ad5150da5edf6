import type { Directory } from "../generated/types.ts";
import { checkDirectory } from "./directory/directory.ts";
import type { LoadResult, ServerOptions } from "./running-server.ts";
import type { Store } from "./store/store.ts";

export interface LoadOptions extends Pick<ServerOptions, "progress"> {
  /** Maximum size of a user in bytes. */
  userLimit: number | undefined;
}

/** Checks a directory as a whole, then loads it. */
export async function load(
  store: Store,
  source: string | Directory,
  { progress, userLimit }: LoadOptions,
): Promise<LoadResult> {
  const options = { progress: (share: number) => progress?.("checking", share), maxUserBytes: userLimit };
  const directory = await checkDirectory(source, options);
  try {
    const count = await store.load(directory, (done) => progress?.("loading", done / directory.total));
    const { warnings } = directory;
    return warnings.length > 0 ? { ...count, warnings } : count;
  } finally {
    directory.close();
  }
}
