import type { Credentials } from "../credentials.ts";
import { CallRefused } from "./call-refused.ts";

export type Environment = Record<string, string | undefined>;

/**
 * Bearer where NEXUS_TOKEN and NEXUS_APPLICATION_TOKEN are set, Basic where NEXUS_USERNAME and NEXUS_PASSWORD are.
 * @throws CallRefused for half a pair, both pairs and none.
 */
export function credentialsFrom(env: Environment): Credentials {
  const token = whole(env, "NEXUS_TOKEN", "NEXUS_APPLICATION_TOKEN");
  const basic = whole(env, "NEXUS_USERNAME", "NEXUS_PASSWORD");
  if (token && basic) throw new CallRefused("NEXUS_TOKEN and NEXUS_USERNAME are both set: which one is meant?");
  if (token) return { type: "bearer", token: token[0], applicationToken: token[1] };
  if (basic) return { type: "basic", username: basic[0], password: basic[1] };
  throw new CallRefused(
    "No credentials: set NEXUS_TOKEN and NEXUS_APPLICATION_TOKEN, or NEXUS_USERNAME and NEXUS_PASSWORD.",
  );
}

/** Both values, or undefined where neither is set; empty is not set. */
function whole(env: Environment, one: string, other: string): [string, string] | undefined {
  const [first, second] = [env[one], env[other]];
  if (first && second) return [first, second];
  if (first || second) throw new CallRefused(`${first ? other : one} is missing: it goes with ${first ? one : other}.`);
  return undefined;
}
