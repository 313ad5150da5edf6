import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { ConfigurationError } from "../../../server/configuration-error.ts";
import { parseContract } from "../parse.ts";
import { type Bundled, bundleContract } from "./bundle.ts";

/**
 * Reads a contract and the files to which it refers.
 * @throws ConfigurationError if the contract's file can't be read
 */
export async function readContract(root: string, file: string): Promise<Bundled & { source: string }> {
  const path = resolve(root, file);
  const read = async (name: string) => withoutBom(await readFile(name, "utf8"));
  const source = await read(path).catch(() => {
    throw new ConfigurationError(
      `${file} can't be read. Check its path, and run this command in the project's root folder.`,
    );
  });
  const { contract, diagnostics } = parseContract(source);
  if (!contract) return { source, diagnostics, sources: new Map() };
  return { source, ...(await bundleContract(contract, { path, read })) };
}

function withoutBom(text: string): string {
  return text.replace(/^\uFEFF/, "");
}
