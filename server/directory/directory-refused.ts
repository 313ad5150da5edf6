import { ConfigurationError } from "../configuration-error.ts";

/** A directory that was not loaded because of the problems listed, one line each. */
export class DirectoryRefused extends ConfigurationError {
  override readonly name = "DirectoryRefused";

  constructor(problems: readonly string[]) {
    const count = `${problems.length} problem${problems.length === 1 ? "" : "s"}`;
    super(`The directory was not loaded: ${count}.`, { problems, setting: "directory" });
  }
}
