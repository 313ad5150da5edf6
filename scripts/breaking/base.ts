import { execFile } from "node:child_process";
import { dirname, join, relative, resolve } from "node:path";
import { promisify } from "node:util";
import { ConfigurationError } from "../../server/configuration-error.ts";
import { PUBLIC_CONTRACT } from "../generate/contracts.ts";
import { type ParsedContract, parseContract } from "../generate/parse.ts";
import { type Bundled, bundleContract } from "../generate/read/bundle.ts";

const { file: FILE } = PUBLIC_CONTRACT;
const SHALLOW =
  "This is a shallow clone, which lacks the older commits. Fetch all: set fetch-depth: 0, or run git fetch --unshallow.";
const SET = "Set NEXUS_SYNC_BASE, or --against, to an older commit of the main branch.";

/** Returns the output of git. @throws ConfigurationError with `problem` and git's first line */
async function git(root: string, args: string[], problem: string): Promise<string> {
  const running = promisify(execFile)("git", args, { cwd: root, maxBuffer: 64 * 1_048_576 });
  const { stdout } = await running.catch(({ stderr, message }: Error & { stderr?: string }) => {
    const [line] = (stderr || message).split("\n");
    throw new ConfigurationError(`${problem} git: ${line}`);
  });
  return stdout;
}

async function isShallow(root: string): Promise<boolean> {
  return (await git(root, ["rev-parse", "--is-shallow-repository"], "git failed.")).startsWith("true");
}

/** @throws ConfigurationError */
async function commitOf(root: string, revision: string): Promise<string> {
  if (/^0+$/.test(revision)) {
    const set = "Set NEXUS_SYNC_BASE to a commit of the main branch, or remove it.";
    throw new ConfigurationError(`'${revision}' stands for no commit: the branch is new. ${set}`);
  }
  // The name of a revision cannot act as an option or a path.
  const args = ["rev-parse", "--verify", "--end-of-options", `${revision}^{commit}`];
  const found = await git(root, args, `The git revision '${revision}' was not found.`).catch(async (error: Error) => {
    if (revision === "HEAD") throw error;
    const hint = (await isShallow(root).catch(() => false)) ? SHALLOW : SET;
    throw new ConfigurationError(`${error.message}\n${hint}`);
  });
  return found.trim();
}

/** The text of a file at a commit. A symbolic link is stored as the path of its target. @throws ConfigurationError */
async function fileAt(root: string, commit: string, file: string): Promise<string> {
  const missing = `${file} does not exist at ${commit}.`;
  const text = await git(root, ["show", `${commit}:./${file}`], missing);
  const isLink = (await git(root, ["ls-tree", commit, "--", file], missing)).startsWith("120000");
  return isLink ? fileAt(root, commit, join(dirname(file), text)) : text;
}

/**
 * The contract at a revision, with the files to which it refers.
 * @throws ConfigurationError if the revision does not exist or has no valid contract
 */
export async function contractAt(root: string, revision: string): Promise<ParsedContract> {
  const commit = await commitOf(root, revision);
  const { contract, diagnostics } = await bundledAt(root, commit);
  if (contract) return contract;
  const { file = FILE, line, message } = diagnostics[0] ?? {};
  throw new ConfigurationError(`${file} at ${revision} can't be read: line ${line}: ${message}`);
}

/** The text of a file at a revision; empty if it does not exist there. @throws ConfigurationError */
export async function textAt(root: string, revision: string, file: string): Promise<string> {
  return fileAt(root, await commitOf(root, revision), file).catch(() => "");
}

async function bundledAt(root: string, commit: string): Promise<Pick<Bundled, "contract" | "diagnostics">> {
  const { contract, diagnostics } = parseContract(await fileAt(root, commit, FILE));
  if (!contract) return { diagnostics };
  const read = (path: string) => fileAt(root, commit, relative(root, path));
  return bundleContract(contract, { path: resolve(root, FILE), read });
}

/**
 * Refuses a base with which a gate would pass without a check: HEAD for a contract that is committed, and any other commit
 * in a shallow clone. A comparison with HEAD is the default outside of CI, so it is refused in CI or under another name.
 * @throws ConfigurationError
 */
export async function checkBase(root: string, revision: string, isCommitted: boolean): Promise<void> {
  const [base, head] = await Promise.all([commitOf(root, revision), commitOf(root, "HEAD")]);
  if (base === head && !isCommitted) return;
  if (await isShallow(root)) throw new ConfigurationError(SHALLOW);
  if (base !== head || (revision === "HEAD" && !process.env.CI)) return;
  throw new ConfigurationError(`${revision} is HEAD, which would be compared with itself. ${SET}`);
}
