export interface ConfigurationErrorOptions extends ErrorOptions {
  problems?: readonly string[];
  setting?: string;
}

/** An unusable setting, file, port or database. The message names it, the reason and the remedy. */
export class ConfigurationError extends Error {
  override readonly name: string = "ConfigurationError";
  /** Details, one line each; may be empty. */
  readonly problems: readonly string[];
  /** Name of the setting that is unusable, such as `database`; undefined if it is another thing. */
  readonly setting: string | undefined;

  constructor(message: string, { problems = [], setting, cause }: ConfigurationErrorOptions = {}) {
    super(message, { cause });
    this.problems = problems;
    this.setting = setting;
  }
}
