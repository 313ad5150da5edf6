import type { Operations } from "../../generated/operations.ts";
import type { Operation } from "../../server/contract/operations.ts";
import { withDefaults } from "../check-options.ts";
import { NexusError } from "../nexus-error.ts";
import { responseSchemaOf, type StandardSchemaV1 } from "../schemas.ts";
import { preferring } from "./accept.ts";
import {
  type Answer,
  type ContractResponse,
  checkSelection,
  declaredFor,
  keyFor,
  responseOf,
  type Selection,
  selectionOf,
  WHOLE,
} from "./contract-response.ts";
import { untilAborted } from "./failures.ts";
import type { RecordedCall } from "./recorded-call.ts";

/** A request that matches the contract; `operation` narrows the types of `path` and `body`. */
export type ContractRequest = { [Id in keyof Operations]: RequestOf<Id> }[keyof Operations];
type RequestOf<Id extends keyof Operations> = Omit<RecordedCall, "operation" | "path" | "body"> & {
  /** The operationId. */
  operation: Id;
  /** Path parameters, decoded. */
  path: { [Name in keyof Operations[Id]["path"]]: string };
  /** Undefined if the request has none. */
  body: Operations[Id]["body"];
};

/** An example of the contract, as in `answer`, or a response with its body. */
export type ContractReply =
  | Extract<Answer, string>
  | (Extract<Answer, object> & { body?: undefined })
  | OwnReply<Operations[keyof Operations]["response"]>;
type OwnReply<Declared> = Declared extends { status: infer Status; body: infer Body }
  ? {
      status: Status;
      body: Body;
      /** Added to the contract's headers with their examples. */
      headers?: Readonly<Record<string, string>> | undefined;
      /** Default: the first that the contract declares and the header Accept allows. */
      mediaType?: string | undefined;
    }
  : never;

export type Respond = (request: ContractRequest) => ContractReply | undefined | Promise<ContractReply | undefined>;

interface Received {
  operation: Operation;
  call: RecordedCall;
  signal: AbortSignal;
  respond: Respond;
  /** For a request to which `respond` returns undefined. */
  selection: Selection | undefined;
}

/**
 * The response to a valid request. An error that `respond` throws is passed on, like one of the network.
 * @throws NexusError `config` if the operation does not declare the response or has no example of it, or its body does not match
 * the contract
 */
export async function replyTo({
  operation: declared,
  call,
  signal,
  respond,
  selection,
}: Received): Promise<ContractResponse> {
  const operation = preferring(declared, call.headers.accept);
  // The contract of the operation has been checked.
  const request = { ...call, ...(call.body === "" && { body: undefined }) } as ContractRequest;
  const reply: unknown = await Promise.race([respond(request), untilAborted(signal)]);
  if (reply === undefined) return exampleResponse(operation, selection);
  const { body } = Object(reply);
  if (body === undefined)
    return exampleResponse(operation, selectionOf({ operations: [operation] }, reply, "respond."));
  return ownResponse(operation, reply);
}

function exampleResponse(operation: Operation, selection: Selection | undefined): ContractResponse {
  const response = responseOf(operation, selection);
  const mediaType = response.headers.get("Content-Type");
  if (response.body !== undefined || mediaType === null) return response;
  const place = `The contract has no example of the response ${response.status} of ${operation.id}`;
  const remedy = `write one there ('example' of ${mediaType}), or return a body from 'respond'`;
  throw new NexusError("config", `${place}: ${remedy}.`);
}

function ownResponse(operation: Operation, reply: unknown): ContractResponse {
  const none = { status: 0, body: undefined as unknown, headers: {}, mediaType: undefined };
  const { status, headers: added, ...given } = withDefaults(none, reply, "respond.", WHOLE);
  checkSelection({ operations: [operation] }, { status });
  const { mediaTypes = [] } = declaredFor(operation, status) ?? {};
  const mediaType = given.mediaType ?? mediaTypes[0];
  if (mediaType === undefined || !mediaTypes.includes(mediaType)) {
    throw new NexusError("config", `The response ${status} of ${operation.id} has no ${mediaType ?? "body"}.`);
  }
  const isJson = /[/+]json$/.test(mediaType);
  // As it is sent: a Date is text.
  const body: unknown = isJson ? JSON.parse(JSON.stringify(given.body)) : given.body;
  checkBody(body, responseSchemaOf(operation.id, keyFor(operation, status) ?? "", mediaType), status);
  const { headers } = responseOf(operation, { status });
  headers.set("Content-Type", mediaType);
  for (const [name, value] of Object.entries(added)) headers.set(name, String(value));
  return { status, headers, body, isExact: true };
}

function checkBody(body: unknown, schema: StandardSchemaV1<unknown> | undefined, status: number): void {
  const [issue] = schema?.["~standard"].validate(body).issues ?? [];
  if (!issue) return;
  const place = ["", ...issue.path].join("/") || "its root";
  throw new NexusError("config", `The ${status} of respond does not match the contract: ${place} ${issue.message}.`);
}
