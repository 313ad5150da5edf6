import { writeFileSync } from "node:fs";
import { performance } from "node:perf_hooks";
import { ConfigurationError, errorText } from "../configuration-error.ts";
import { ContractError } from "../contract/contract.ts";
import type { Operation } from "../contract/operations.ts";
import { createProgress, type ProgressState, progressText } from "../progress-bar.ts";
import { matching } from "../proof/matching.ts";
import { checkOperation } from "./check-operation.ts";
import { createClauses } from "./clauses.ts";
import { type Credentials, credentialsOf, readWallet } from "./credentials.ts";
import { helpText, type Options, readOptions } from "./options.ts";
import { type Checked, countOf, junitXml, reportLines } from "./report.ts";
import { createSubject, type Run } from "./subject.ts";
import { NoResponse, openTarget, type Target } from "./target.ts";

/** Of the progress: "checking the server: 40 %". */
const SUBJECT = "the server";

/**
 * Checks whether a server keeps the contract, and prints one line per clause. `command` is that of the help text.
 * Exit codes: 0 conformant, 1 not conformant or not checked to the end, 2 wrong options or unreachable, 3 an internal error.
 */
export async function runConformance(args: string[], command = "npm run conformance --"): Promise<number> {
  try {
    const options = readOptions(args);
    if (options) return await check(options);
    console.log(helpText(command));
    return 0;
  } catch (error) {
    const isExpected = error instanceof ConfigurationError || error instanceof ContractError;
    if (!isExpected) console.error(`The check failed. ${(error as Error).stack}`);
    else console.error(error instanceof ConfigurationError ? errorText(error) : error.message);
    return isExpected ? 2 : 3;
  }
}

async function check(options: Options): Promise<number> {
  const { url, contract, junit, seed, timeLimitMs } = options;
  const wallet = readWallet(contract, process.env);
  checkParameters(options);
  const operations = contract.operations.map((operation) => withParameters(operation, options));
  const credentials = new Map(operations.map((one) => [one, credentialsOf(one, contract, wallet)]));
  const target = openTarget(url);
  const end = performance.now() + timeLimitMs;
  const isCandidate: Run["judge"]["isCandidate"] = (schema, value) => contract.requestValidator(schema)(value);
  const judge = { document: contract.document, matching, validator: contract.requestValidator, isCandidate };
  const run: Run = {
    ...{ ...options, operations, judge, target, wallet },
    fixedParameters: new Set(options.parameters.keys()),
    isOver: () => performance.now() > end,
  };
  try {
    if (junit !== undefined) write(junit, "");
    await reach(target, url);
    console.log(`Checking ${url.href} with --seed ${seed}`);
    const checked = await checkAll(run, credentials);
    if (junit !== undefined) write(junit, junitXml(checked));
    for (const line of reportLines(checked)) console.log(line);
    return conclude(checked, run.isOver());
  } finally {
    target.close();
  }
}

async function checkAll(run: Run, credentials: ReadonlyMap<Operation, Credentials>): Promise<Checked[]> {
  const { operations } = run;
  const print = (state: ProgressState) => console.error(progressText(state, SUBJECT));
  const progress = createProgress(process.stderr, print, { subject: SUBJECT });
  const checked: Checked[] = [];
  try {
    for (const [index, operation] of operations.entries()) {
      const report = (share: number) => progress.report("checking", (index + share) / operations.length);
      report(0);
      const clauses = createClauses();
      await checkOperation(createSubject(run, operation, clauses, credentials.get(operation) ?? []), report);
      checked.push({ operation, clauses: clauses.list() });
    }
    return checked;
  } finally {
    progress.stop();
  }
}

function conclude(checked: readonly Checked[], isOver: boolean): number {
  const failed = countOf(checked, "fail");
  const verdict = failed > 0 ? "Not conformant" : isOver ? "Not checked to the end (--time-limit)" : "Conformant";
  const others = `${countOf(checked, "pass")} clauses pass, ${failed} fail, ${countOf(checked, "not applicable")} are not applicable`;
  console.log(`\n${verdict}: ${others}.`);
  return failed > 0 || isOver ? 1 : 0;
}

/** @throws ConfigurationError */
function checkParameters({ contract, parameters }: Options): void {
  const names = new Set(contract.operations.flatMap((operation) => operation.parameters.map(({ name }) => name)));
  const unknown = [...parameters.keys()].find((name) => !names.has(name));
  if (unknown === undefined) return;
  throw new ConfigurationError(`--parameter ${unknown}: the contract has ${[...names].join(", ") || "no parameters"}.`);
}

/** The user's values take the place of a parameter's examples. @throws ConfigurationError */
function withParameters(operation: Operation, { parameters: given, contract }: Options): Operation {
  const parameters = operation.parameters.map((parameter) => {
    const text = given.get(parameter.name);
    if (text === undefined) return parameter;
    const validate = contract.requestValidator(parameter.schema);
    const value = [text, Number(text), text === "true", text.split(",")].find((one) => validate(one));
    if (value !== undefined) return { ...parameter, examples: [value] };
    throw new ConfigurationError(`--parameter ${parameter.name}: the contract does not allow this value.`);
  });
  return { ...operation, id: operation.id || `${operation.method} ${operation.template}`, parameters };
}

/** Any response will do. @throws ConfigurationError */
async function reach(target: Target, url: URL): Promise<void> {
  try {
    await target.send({ method: "GET", url: "/", headers: {}, body: undefined }, []);
  } catch (error) {
    if (!(error instanceof NoResponse)) throw error;
    throw new ConfigurationError(`${url.href} can't be reached: ${error.message}. Check --url, and start the server.`);
  }
}

/** @throws ConfigurationError */
function write(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new ConfigurationError(`--junit ${file} can't be written: ${(error as Error).message}.`);
  }
}

if (import.meta.main) process.exitCode = await runConformance(process.argv.slice(2));
