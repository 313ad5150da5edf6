import { ConfigurationError } from "../configuration-error.ts";
import type { Contract } from "../contract/contract.ts";
import type { Operation, SecurityScheme } from "../contract/operations.ts";

/** One header of credentials. */
export interface Credential {
  header: string;
  value: string;
  /** The same as arguments of curl, with the variable in place of the secret. */
  curl: string;
}

/** The credentials of a request. */
export type Credentials = readonly Credential[];

/** By name of the security scheme. */
export interface Wallet {
  /** Undefined if the variable is not set. */
  right(scheme: string): Credential | undefined;
  /** Credentials that lack each permission; undefined if their variable is not set. */
  unpermitted(scheme: string): Credential | undefined;
  /** Credentials of the same form that no server accepts. */
  wrong(scheme: string): Credential;
  /** The text with variables in place of secrets. */
  hide(text: string): string;
}

/** Characters. Shorter values can be part of any text. */
const MIN_SECRET = 6;

/** `ApplicationToken` → `NEXUS_SYNC_AUTH_APPLICATION_TOKEN`. */
export function variableOf(scheme: string): string {
  const words = scheme.replace(/([a-z0-9])([A-Z])/g, "$1_$2").replace(/[^A-Za-z0-9]+/g, "_");
  return `NEXUS_SYNC_AUTH_${words.toUpperCase()}`;
}

/** The variable for valid credentials that hold no permission of the operations. */
export function unpermittedVariableOf(scheme: string): string {
  return `${variableOf(scheme)}_WITHOUT_PERMISSION`;
}

/** By variable. @throws ConfigurationError, without the value */
function readVariables(schemes: Contract["securitySchemes"], environment: NodeJS.ProcessEnv): Map<string, string> {
  const variables = Object.entries(schemes).flatMap(([name, scheme]) =>
    [variableOf(name), unpermittedVariableOf(name)].map((variable) => ({
      variable,
      scheme,
      value: environment[variable],
    })),
  );
  const given = new Map<string, string>();
  for (const { variable, scheme, value = "" } of variables) {
    if (value === "") continue;
    if (isBasic(scheme) ? !value.includes(":") : !/^[!-~]+( [!-~]+)*$/.test(value))
      throw new ConfigurationError(`${variable} takes ${form(scheme)}.`);
    given.set(variable, value);
  }
  return given;
}

/** Reads two variables per security scheme. @throws ConfigurationError, without the value */
export function readWallet({ securitySchemes }: Contract, environment: NodeJS.ProcessEnv): Wallet {
  const given = readVariables(securitySchemes, environment);
  const from = (variable: string, name: string) => {
    const [value, scheme] = [given.get(variable), securitySchemes[name]];
    return value === undefined || !scheme ? undefined : credential(scheme, value, `$${variable}`);
  };
  return {
    right: (name) => from(variableOf(name), name),
    unpermitted: (name) => from(unpermittedVariableOf(name), name),
    wrong(name) {
      const scheme = securitySchemes[name];
      if (!scheme) throw new ConfigurationError(`The contract has no security scheme ${name}.`);
      const value = given.get(variableOf(name));
      if (value === undefined) return credential(scheme, "wrong:wrong", "wrong:wrong");
      return credential(scheme, `${value}x`, `\${${variableOf(name)}}x`);
    },
    hide(text) {
      // A server could repeat a secret in its response.
      const secrets = [...given].flatMap(([variable, value]) =>
        [value, value.slice(value.indexOf(":") + 1), Buffer.from(value).toString("base64")].map(
          (secret) => [secret, `$${variable}`] as const,
        ),
      );
      const longest = secrets.filter(([secret]) => secret.length >= MIN_SECRET).sort(([a], [b]) => b.length - a.length);
      return longest.reduce((hidden, [secret, name]) => hidden.replaceAll(secret, () => name), text);
    },
  };
}

function isBasic(scheme: SecurityScheme): boolean {
  return scheme.type === "http" && scheme.scheme === "basic";
}

function form(scheme: SecurityScheme): string {
  if (isBasic(scheme)) return "ID:SECRET";
  return scheme.type === "apiKey" ? `the value of the header ${scheme.name}` : "the Bearer token, without 'Bearer '";
}

function credential(scheme: SecurityScheme, value: string, shown: string): Credential {
  if (scheme.type === "apiKey") return { header: scheme.name, value, curl: `-H "${scheme.name}: ${shown}"` };
  if (scheme.scheme === "bearer")
    return { header: "Authorization", value: `Bearer ${value}`, curl: `-H "Authorization: Bearer ${shown}"` };
  return { header: "Authorization", value: `Basic ${Buffer.from(value).toString("base64")}`, curl: `-u "${shown}"` };
}

/**
 * The credentials of the operation's first alternative whose variables are all set; empty if it needs no credentials.
 * @throws ConfigurationError
 */
export function credentialsOf({ id, security }: Operation, { securitySchemes }: Contract, wallet: Wallet): Credentials {
  for (const alternative of security) {
    const credentials = allOf(alternative, wallet);
    if (credentials) return credentials;
  }
  if (security.length === 0) return [];
  const needed = security.map((alternative) =>
    Object.keys(alternative).map((name) => {
      const scheme = securitySchemes[name];
      return `${variableOf(name)} (${scheme ? form(scheme) : "not in the contract"})`;
    }),
  );
  const problems = needed.map((variables) => variables.join(" and "));
  throw new ConfigurationError(`${id} needs credentials. Set the environment variables of one of these lines:`, {
    problems,
  });
}

/** The credentials of an alternative; undefined if a variable is not set. */
export function allOf(alternative: Readonly<Record<string, unknown>>, wallet: Wallet): Credentials | undefined {
  const credentials = Object.keys(alternative).map((name) => wallet.right(name));
  return credentials.every((one) => one !== undefined) ? credentials : undefined;
}
