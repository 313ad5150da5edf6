import contract from "../../generated/openapi.json" with { type: "json" };
import type { OPERATIONS, SyncUserIdentityResponse } from "../../generated/operations.ts";
import type { ContractDocument } from "../../server/contract/document.ts";
import { type Operation, readOperations, readSecuritySchemes } from "../../server/contract/operations.ts";
import { NexusError } from "../nexus-error.ts";

// The type inferred from the JSON has this document's names as keys: too narrow for functions that read any contract.
const DOCUMENT = contract as unknown as ContractDocument;
const OPERATION_ID = "SyncUserIdentity";
export const SECURITY_SCHEMES = readSecuritySchemes(DOCUMENT);
// The generated operations are those of this document.
export const OPERATION = readOperations(DOCUMENT).find(({ id }) => id === OPERATION_ID) as Operation;

export type ResponseStatus = SyncUserIdentityResponse["status"];
type Responses = (typeof OPERATIONS)[typeof OPERATION_ID]["responses"];
/** Names of the contract's examples for a status. */
export type ExampleOf<Status extends ResponseStatus> = Responses[`${Status}`]["examples"][number];

/**
 * The response for the contract's named example; by default the first one of the status.
 * @throws NexusError `config` if the contract has no such response or example; the message lists the available ones.
 */
export function contractResponse(status: number, example?: string): { status: number; headers: Headers; body: object } {
  const declared = OPERATION.responses[status];
  if (!declared) {
    const statuses = Object.keys(OPERATION.responses).join(", ");
    throw new NexusError("config", `The contract has no response ${status}, only ${statuses}.`);
  }
  const { examples, headers, mediaTypes } = declared;
  const names = Object.keys(examples);
  const [firstName = ""] = names;
  const name = example ?? firstName;
  const body = examples[name];
  if (typeof body !== "object" || body === null) {
    throw new NexusError("config", `The response ${status} has no example '${name}', only ${names.join(", ")}.`);
  }
  const shown = new Headers({ "Content-Type": mediaTypes[0] ?? "" });
  for (const [header, { example: text }] of Object.entries(headers)) if (text) shown.set(header, text);
  return { status, headers: shown, body };
}

/** The status that has an example of this name. */
export function statusOf(example: string): number {
  const responses = Object.entries(OPERATION.responses);
  const found = responses.find(([, { examples }]) => Object.hasOwn(examples, example));
  if (found) return Number(found[0]);
  const names = responses.flatMap(([, { examples }]) => Object.keys(examples));
  throw new NexusError("config", `The contract has no example '${example}', only ${names.join(", ")}.`);
}
