import { ConfigurationError } from "./configuration-error.ts";
import { didYouMean, nearest } from "./nearest.ts";

interface Command {
  help: string;
  /** Imports the command when it runs, and resolves to the exit code. */
  run(args: string[]): Promise<number>;
}

/** The commands beside the server, by the first argument. */
export const COMMANDS: Readonly<Record<string, Command>> = {
  backup: {
    help: "copies a SQLite database while the server runs",
    run: async (args) => (await import("./store/sqlite/backup.ts")).runBackup(args, "nexus-sync backup"),
  },
  conformance: {
    help: "checks whether a server keeps the contract",
    run: async (args) => (await import("./conformance/main.ts")).runConformance(args, "nexus-sync conformance"),
  },
  credentials: {
    help: "edits a credentials file: add, list, revoke",
    async run(args) {
      const { runCredentials } = await import("./credentials/command.ts");
      return runCredentials(args, console.log, { invocation: "nexus-sync credentials" });
    },
  },
};

/** The command that the first argument names; undefined if it is a flag or absent. @throws ConfigurationError */
export function commandOf([name = "-"]: readonly string[]): Command | undefined {
  if (name.startsWith("-")) return undefined;
  if (Object.hasOwn(COMMANDS, name)) return COMMANDS[name];
  const names = Object.keys(COMMANDS);
  // The word is not repeated, because it may be a secret.
  throw new ConfigurationError(
    `There is no command of this name.${didYouMean(nearest(name, names))} Commands: ${names.join(", ")}; without one, the server starts.`,
  );
}
