import { ConfigurationError } from "../configuration-error.ts";

/** A directory that was not loaded because of the problems listed, one line each. */
export class DirectoryRefused extends ConfigurationError {
  override readonly name = "DirectoryRefused";

  constructor(problems: readonly string[]) {
    super(`The directory was not loaded: ${problems.length} problem${problems.length === 1 ? "" : "s"}.`, { problems });
  }
}
