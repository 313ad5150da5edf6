import { Ajv2020, type ErrorObject } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { ConfigurationError } from "../configuration-error.ts";
import schema from "./credentials.schema.json" with { type: "json" };
import type { StoredSecret } from "./credentials.ts";
import type { JsonFormat } from "./json-file.ts";

/** The lists of a credentials file. Their entries have the same schema. */
export const LISTS = ["apiKeys", "applicationTokens"] as const;

export type ListName = (typeof LISTS)[number];

export interface CredentialEntry extends StoredSecret {
  name: string;
  /** ISO 8601. */
  created?: string;
}

export type CredentialsFile = Readonly<Record<ListName, readonly CredentialEntry[]>>;

// Our own schema is not checked against the meta-schema, which saves 30 ms at the first validation.
const AJV = new Ajv2020({ allErrors: true, verbose: true, meta: false, validateSchema: false });
addFormats.default(AJV);
AJV.addSchema(schema, "credentials");

export const CREDENTIALS_FILE: JsonFormat<CredentialsFile> = {
  name: "credentials",
  setting: "credentials",
  parse,
  summary(file) {
    const count = (list: ListName) => file[list].filter(({ revoked }) => revoked === undefined).length;
    return { apiKeys: count("apiKeys"), applicationTokens: count("applicationTokens") };
  },
};

/** Whether a value is valid as the name of an entry, or as one of its times. */
export function isMember(member: "name" | "time", value: string): boolean {
  return AJV.validate(`credentials#/$defs/${member}`, value);
}

function parse(value: unknown): CredentialsFile {
  const isValid = AJV.validate<CredentialsFile>("credentials", value);
  const problems = [...(AJV.errors ?? []).map(problemOf), ...LISTS.flatMap((list) => repetitions(list, value))];
  if (isValid && problems.length === 0) return value;
  throw new ConfigurationError("Not a credentials file.", { problems: [...new Set(problems)] });
}

function problemOf({ instancePath, keyword, params, parentSchema }: ErrorObject): string {
  const at = instancePath === "" ? "" : `${instancePath}: `;
  if (keyword === "required") return `${at}must have '${params.missingProperty}'`;
  if (keyword !== "additionalProperties") return at + parentSchema?.description;
  // Other names are not printed, because a secret may be in the place of a name.
  const name = /^[a-z_]{1,16}$/i.test(params.additionalProperty) ? params.additionalProperty : "…";
  return `${instancePath}/${name}: is unknown; the known members are ${Object.keys(parentSchema?.properties).join(", ")}`;
}

/** Ids and hashes are unique within their list. */
function repetitions(list: ListName, content: unknown): string[] {
  const entries: unknown[] = Array.isArray(Object(content)[list]) ? Object(content)[list] : [];
  return ["id", "sha256"].flatMap((member) => {
    const values = entries.map((entry) => Object(entry)[member]);
    const first = new Map(values.map((value, index) => [value, index] as const).toReversed());
    return values.flatMap((value, index) => {
      const known = first.get(value);
      if (value === undefined || known === index) return [];
      return [`/${list}/${index}/${member}: is the same as in entry ${known}`];
    });
  });
}
