import { type ParseArgsConfig, parseArgs } from "node:util";
import { ConfigurationError } from "../configuration-error.ts";
import { didYouMean, nearest } from "../nearest.ts";

/** `parseArgs`, with the known options in the error. @throws ConfigurationError, without the values of options */
export function parseOptions<T extends ParseArgsConfig>(config: T): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config);
  } catch (error) {
    const [reason = ""] = (error as Error).message.split(/\.\s/);
    const [, unknown] = /^Unknown option '(.+)'$/.exec(reason) ?? [];
    const known = Object.keys(config.options ?? {}).map((name) => `--${name}`);
    const near = unknown === undefined ? undefined : nearest(unknown, known);
    throw new ConfigurationError(`${reason}.${didYouMean(near)} Options: ${known.join(", ")}.`);
  }
}
