/** An unusable setting, file, port or database. The message names it, the reason and the remedy. */
export class ConfigurationError extends Error {
  override readonly name: string = "ConfigurationError";
  /** Details, one line each; may be empty. */
  readonly problems: readonly string[];

  constructor(message: string, { problems = [], cause }: { problems?: readonly string[]; cause?: unknown } = {}) {
    super(message, { cause });
    this.problems = problems;
  }
}
