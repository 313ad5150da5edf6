import { didYouMean, nearest } from "../nearest.ts";
import { FLAGS, SERVICE_ADDRESS, variableOf } from "./flags.ts";
import { SECRETS } from "./secrets.ts";

const PREFIX = "NEXUS_SYNC_";
/** Variables of the scripts and tests of this project. */
const OF_TOOLS = ["BASE", "CHROMIUM", "FAULTS", "LONG", "ROUNDS", "RUN_LOG", "RUN_POSTGRES", "SEED"];
/** Credentials of the command `conformance`, one for each security scheme. */
const OF_CONFORMANCE = `${PREFIX}AUTH_`;
/** Variables that Kubernetes sets for a Service whose name begins with nexus-sync. */
const OF_KUBERNETES = /_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)$/;

/** One line for each variable that looks like a setting and is none. Never repeats a value. */
export function unknownVariables(environment: NodeJS.ProcessEnv): string[] {
  const secrets = Object.keys(SECRETS).flatMap((name) => [name, `${name}_FILE`]);
  const known = [...Object.keys(FLAGS).map(variableOf), ...secrets];
  const others = OF_TOOLS.map((name) => PREFIX + name);
  const isKnown = (name: string) => name.startsWith(OF_CONFORMANCE) || [...known, ...others].includes(name);
  const isUnknown = ([name, value = ""]: [string, string | undefined]) =>
    name.toUpperCase().startsWith(PREFIX) && !isKnown(name) && !isOfKubernetes(name, value);
  const unknown = Object.entries(environment).filter(isUnknown);
  return unknown.map(([name]) => `${name} is unknown and has no effect.${didYouMean(nearest(name, known))}`);
}

function isOfKubernetes(name: string, value: string): boolean {
  return OF_KUBERNETES.test(name) || (name.endsWith("_PORT") && SERVICE_ADDRESS.test(value));
}
