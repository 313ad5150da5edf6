import type { Directory } from "../generated/types.ts";
import { checkDirectory } from "./directory/directory.ts";
import type { ServerOptions } from "./running-server.ts";
import type { LoadCount, Store } from "./store/store.ts";

export interface LoadOptions extends Pick<ServerOptions, "progress"> {
  /** Maximum size of a user in bytes. */
  userLimit: number | undefined;
}

/** Checks a directory as a whole, then loads it. */
export async function load(
  store: Store,
  source: string | Directory,
  { progress, userLimit }: LoadOptions,
): Promise<LoadCount> {
  const options = { progress: (share: number) => progress?.("checking", share), maxUserBytes: userLimit };
  const directory = await checkDirectory(source, options);
  try {
    return await store.load(directory, (done) => progress?.("loading", done / directory.total));
  } finally {
    directory.close();
  }
}
