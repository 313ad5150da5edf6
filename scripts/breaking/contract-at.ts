import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { type ParsedContract, parseContract } from "../generate/parse.ts";

/** The revision, or the contract in it, can't be used; the message says why. */
export class RevisionUnusable extends Error {
  override readonly name = "RevisionUnusable";
}

/** `file` as it stood at a git revision. */
export interface OldContract {
  contract: ParsedContract;
  source: string;
}

/** @throws RevisionUnusable */
export async function contractAt(root: string, file: string, revision: string): Promise<OldContract> {
  const source = await show(root, file, revision);
  const { contract, diagnostics } = parseContract(source);
  if (contract) return { contract, source };
  const [{ line, message } = { line: 1, message: "" }] = diagnostics;
  throw new RevisionUnusable(`${file} of ${revision} can't be read: line ${line}: ${message}`);
}

/** Resolved before it is used, so that nothing in the name is taken for an option or a path. */
async function show(root: string, file: string, revision: string): Promise<string> {
  const git = async (...args: string[]) => {
    const { stdout } = await promisify(execFile)("git", args, { cwd: root, maxBuffer: 64 * 1_048_576 });
    return stdout;
  };
  const commit = await git("rev-parse", "--verify", "--quiet", "--end-of-options", `${revision}^{commit}`).catch(() => {
    throw new RevisionUnusable(`There is no git revision '${revision}' here to compare with.`);
  });
  return await git("show", `${commit.trim()}:./${file}`).catch(() => {
    throw new RevisionUnusable(`${file} did not exist at ${revision}.`);
  });
}
