/** A setting, file, port or database that can't be used; the message says which one, why, and what to do. */
export class ConfigurationError extends Error {
  override readonly name: string = "ConfigurationError";
  /** One line each; empty where the message says it all. */
  readonly problems: readonly string[];

  constructor(message: string, { problems = [], cause }: { problems?: readonly string[]; cause?: unknown } = {}) {
    super(message, { cause });
    this.problems = problems;
  }
}
