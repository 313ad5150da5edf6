import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { type ParsedContract, parseContract } from "../generate/parse.ts";

/** The revision does not exist, or has no valid contract. */
export class RevisionUnusable extends Error {
  override readonly name = "RevisionUnusable";
}

/**
 * Reads `file` at a git revision.
 * @throws RevisionUnusable
 */
export async function contractAt(root: string, file: string, revision: string): Promise<ParsedContract> {
  const { contract, diagnostics } = parseContract(await show(root, file, revision));
  const [problem] = diagnostics;
  if (contract) return contract;
  throw new RevisionUnusable(`${file} at ${revision} can't be parsed: line ${problem?.line}: ${problem?.message}`);
}

/** Resolves the revision first, so that its name cannot act as an option or a path. */
async function show(root: string, file: string, revision: string): Promise<string> {
  const git = async (...args: string[]) => {
    const { stdout } = await promisify(execFile)("git", args, { cwd: root, maxBuffer: 64 * 1_048_576 });
    return stdout;
  };
  const commit = await git("rev-parse", "--verify", "--quiet", "--end-of-options", `${revision}^{commit}`).catch(() => {
    throw new RevisionUnusable(`The git revision '${revision}' was not found.`);
  });
  return await git("show", `${commit.trim()}:./${file}`).catch(() => {
    throw new RevisionUnusable(`${file} does not exist at ${revision}.`);
  });
}
