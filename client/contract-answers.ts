import contract from "../generated/openapi.json" with { type: "json" };
import { OPERATIONS, type SyncUserIdentityResponse } from "../generated/operations.ts";
import { NexusError } from "./nexus-error.ts";

const OPERATION = OPERATIONS.SyncUserIdentity;

export type AnswerStatus = SyncUserIdentityResponse["status"];
/** Names of the examples that the contract has for a status. */
export type ExampleOf<Status extends AnswerStatus> = (typeof OPERATION.responses)[`${Status}`]["examples"][number];

export interface ContractAnswer {
  status: AnswerStatus;
  mediaType: string;
  /** As in the contract's examples. */
  headers: Record<string, string>;
  body: Record<string, unknown>;
}

/**
 * An answer made of the contract's named example; by default the status's first.
 * @throws NexusError `config` if there is no such answer or example; the message lists those there are.
 */
export function contractAnswer(status: AnswerStatus, example?: string): ContractAnswer {
  if (!isDeclared(status)) {
    throw new NexusError("config", `The contract has no answer ${status}, only ${declaredStatuses().join(", ")}.`);
  }
  const { examples, mediaTypes } = OPERATION.responses[status];
  const names: readonly string[] = examples;
  const name = example ?? names[0];
  const [mediaType] = mediaTypes;
  if (name === undefined || !names.includes(name)) {
    throw new NexusError("config", `The answer ${status} has no example '${name}', only ${names.join(", ")}.`);
  }
  const declared = declaredAnswer(status);
  // The names come from the same contract, and all answers of this operation are JSON objects.
  const body = at(declared, "content", mediaType, "examples", name, "value") as Record<string, unknown>;
  return { status, mediaType, headers: headersOf(declared), body };
}

/** True if the contract declares this status for the operation. */
export function isDeclared(status: number): status is AnswerStatus {
  return Object.hasOwn(OPERATION.responses, status);
}

/** The status that has an example of this name, where only the name is given. */
export function statusOf(example: string): AnswerStatus {
  const status = declaredStatuses().find((one) => {
    const names: readonly string[] = OPERATION.responses[one].examples;
    return names.includes(example);
  });
  if (status !== undefined) return status;
  const all = declaredStatuses().flatMap((one) => [...OPERATION.responses[one].examples]);
  throw new NexusError("config", `The contract has no answer '${example}', only ${all.join(", ")}.`);
}

function declaredStatuses(): AnswerStatus[] {
  return Object.keys(OPERATION.responses).map((status) => Number(status) as AnswerStatus);
}

function declaredAnswer(status: AnswerStatus): unknown {
  return at(contract, "paths", OPERATION.path, OPERATION.method, "responses", String(status));
}

function headersOf(answer: unknown): Record<string, string> {
  const headers = Object.entries((at(answer, "headers") ?? {}) as Record<string, unknown>);
  return Object.fromEntries(headers.map(([name, header]) => [name, String(at(header, "example"))]));
}

/** The member that the keys lead to, references (`$ref`) followed on the way. */
function at(root: unknown, ...keys: string[]): unknown {
  return resolved(keys.reduce((node, key) => (resolved(node) as Record<string, unknown>)[key], root));
}

function resolved(node: unknown): unknown {
  if (typeof node !== "object" || node === null || !("$ref" in node)) return node;
  const [, ...keys] = String(node.$ref).split("/");
  return at(contract, ...keys);
}
