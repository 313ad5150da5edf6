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

/** The message and the details for a terminal, one line each: settings and files can have line ends and escape sequences. */
export function errorText({ message, problems }: ConfigurationError): string {
  return [message, ...problems.map((problem) => `  ${problem}`)].map(onOneLine).join("\n");
}

function onOneLine(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, (character) => JSON.stringify(character).slice(1, -1));
}
