import { randomInt } from "node:crypto";
import { readFileSync } from "node:fs";
import { parseOptions } from "../command-line/parse-options.ts";
import { ConfigurationError } from "../configuration-error.ts";
import { type Contract, contractOf, loadContract } from "../contract/contract.ts";

const OPTIONS = {
  url: { type: "string" },
  contract: { type: "string" },
  parameter: { type: "string", multiple: true },
  "read-only": { type: "boolean" },
  seed: { type: "string" },
  runs: { type: "string" },
  "time-limit": { type: "string" },
  junit: { type: "string" },
} as const;

const HELP = [
  ["--url URL", "the server, with the path before the contract's paths, if any (required)"],
  ["--contract FILE", "another contract, bundled as JSON (default: the one of this version)"],
  ["--parameter NAME=VALUE", "value of a parameter in all valid requests, such as userId=u-1; repeatable"],
  ["--read-only", "sends no valid request to operations that write"],
  ["--seed NUMBER", "repeats a run with the same random requests (default: random, printed)"],
  ["--runs NUMBER", "random valid and random invalid requests per operation and media type (default 100)"],
  ["--time-limit SECONDS", "ends the whole run (default 300)"],
  ["--junit FILE", "writes the report as JUnit XML too"],
  ["-h, --help", "prints this text"],
] as const;

export interface Options {
  url: URL;
  contract: Contract;
  /** Texts by name of the parameter. */
  parameters: ReadonlyMap<string, string>;
  isReadOnly: boolean;
  seed: number;
  runs: number;
  timeLimitMs: number;
  junit: string | undefined;
}

/** `command` is what the user types before the options. */
export function helpText(command: string): string {
  const rows = HELP.map(([option, help]) => `  ${option.padEnd(23)} ${help}`);
  return [
    `${command} --url URL [options]`,
    "",
    "Checks whether a server keeps the contract.",
    "",
    ...rows,
    "",
    "Credentials are environment variables, one per security scheme: NEXUS_SYNC_AUTH_ and the scheme's name, such as",
    "NEXUS_SYNC_AUTH_BASIC=ID:SECRET, or NEXUS_SYNC_AUTH_BEARER=TOKEN with NEXUS_SYNC_AUTH_APPLICATION_TOKEN=TOKEN.",
    "NEXUS_SYNC_AUTH_…_WITHOUT_PERMISSION: valid credentials without permission, for the clauses of 403.",
    "Exit codes: 0 conformant, 1 not conformant or not checked to the end, 2 wrong options or unreachable, 3 an internal error.",
  ].join("\n");
}

/** Undefined for --help. @throws ConfigurationError */
export function readOptions(args: string[]): Options | undefined {
  const { values } = parseOptions({ args, options: OPTIONS });
  if (values.help === true) return undefined;
  return {
    url: readUrl(values.url),
    contract: readContract(values.contract),
    parameters: new Map((values.parameter ?? []).map(readParameter)),
    isReadOnly: values["read-only"] ?? false,
    seed: readNumber("seed", values.seed ?? String(randomInt(1, 2 ** 31)), 2 ** 31 - 1),
    runs: readNumber("runs", values.runs ?? "100", 100_000),
    timeLimitMs: readNumber("time-limit", values["time-limit"] ?? "300", 86_400) * 1_000,
    junit: values.junit,
  };
}

/** The value is not repeated in messages, because it may contain a password. */
function readUrl(text: string | undefined): URL {
  if (text === undefined)
    throw new ConfigurationError("--url is required: the server to check. --help lists the options.");
  const url = URL.parse(text);
  if (!url || !["http:", "https:"].includes(url.protocol))
    throw new ConfigurationError("--url takes an http or https URL, such as https://api.example.");
  if (url.username !== "" || url.password !== "")
    throw new ConfigurationError("--url must not contain credentials: give them in NEXUS_SYNC_AUTH_… variables.");
  if (url.search !== "" || url.hash !== "")
    throw new ConfigurationError("--url takes the server's address without a query or fragment.");
  return url;
}

const BUNDLE =
  "Bundle it as JSON: npm run generate -- --contract FILE --out FOLDER, or npx @redocly/cli bundle FILE -o openapi.json.";

function readContract(file: string | undefined): Contract {
  if (file === undefined) return loadContract();
  try {
    const document = JSON.parse(readFileSync(file, "utf8"));
    const contract = contractOf(document);
    compile(contract);
    if (contract.operations.length > 0 && String(document.openapi).startsWith("3.1")) return contract;
  } catch (error) {
    if (error instanceof ConfigurationError) throw error;
    const reason = error instanceof SyntaxError ? "it is not JSON" : (error as Error).message;
    throw new ConfigurationError(`--contract ${file} can't be read: ${reason}. ${BUNDLE}`, { cause: error });
  }
  throw new ConfigurationError(`--contract ${file} is not a document of OpenAPI 3.1 with operations. ${BUNDLE}`);
}

/** Finds what can't be checked before the first request. */
function compile({ document, operations, requestValidator, validator }: Contract): void {
  const sent = operations.flatMap(({ parameters, requestBody }) => [
    ...parameters.map(({ schema }) => schema),
    ...Object.values(requestBody?.schemas ?? {}),
  ]);
  const received = operations.flatMap(({ responses }) => Object.values(responses).map(({ schemas }) => schemas));
  for (const schema of sent) requestValidator(schema);
  for (const schema of received.flatMap(Object.values)) validator(schema);
  const schemes = Object.entries(document.components?.securitySchemes ?? {});
  const isSupported = (type: string, place = "header") => type !== "mutualTLS" && place === "header";
  const [name] = schemes.find(([, scheme]) => !isSupported(scheme.type, scheme.in)) ?? [];
  if (name === undefined) return;
  throw new ConfigurationError(`The security scheme ${name} is not supported: credentials must be in a header.`);
}

function readParameter(text: string): [name: string, value: string] {
  const [, name, value] = /^([^=]+)=(.+)$/s.exec(text) ?? [];
  if (name !== undefined && value !== undefined) return [name, value];
  throw new ConfigurationError(`--parameter takes NAME=VALUE, such as userId=u-1, not '${text}'.`);
}

function readNumber(flag: string, text: string, max: number): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= 1 && number <= max) return number;
  throw new ConfigurationError(`--${flag} takes a whole number from 1 to ${max}, not '${text}'.`);
}
