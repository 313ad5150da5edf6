import { type ParseArgsConfig, parseArgs } from "node:util";
import { ConfigurationError } from "../configuration-error.ts";
import { didYouMean, nearest } from "../nearest.ts";

interface WithHelp {
  options: { help: { type: "boolean"; short: "h" } };
}

/**
 * `parseArgs`, with --help and -h, and the nearest known option in the error of an unknown one.
 * @throws ConfigurationError, without the values of options
 */
export function parseOptions<T extends ParseArgsConfig>(config: T): ReturnType<typeof parseArgs<T & WithHelp>> {
  const options = { ...config.options, help: { type: "boolean", short: "h" } } as const;
  try {
    return parseArgs({ ...config, options });
  } catch (error) {
    const [reason = ""] = (error as Error).message.split(/\.\s/);
    const [, unknown] = /^Unknown option '(.+)'$/.exec(reason) ?? [];
    const known = Object.keys(options).map((name) => `--${name}`);
    const near = unknown === undefined ? undefined : nearest(unknown, known);
    throw new ConfigurationError(`${reason}.${didYouMean(near)} --help lists the options.`);
  }
}
