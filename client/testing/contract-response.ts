import type { OPERATIONS, Operations } from "../../generated/operations.ts";
import type { DeclaredResponse, Operation } from "../../server/contract/operations.ts";
import { type NumberRange, withDefaults } from "../check-options.ts";
import { NexusError } from "../nexus-error.ts";
import type { Contract } from "./contract.ts";

type ResponseStatus = Operations[keyof Operations]["response"]["status"];
/** Names of the contract's examples for a status, of all operations. */
type ExampleOf<Status extends ResponseStatus> = ExampleIn<(typeof OPERATIONS)[keyof typeof OPERATIONS], Status>;
type ExampleIn<Operation, Status> = Status extends number
  ? Operation extends { responses: infer Responses }
    ? NameIn<Responses[Extract<keyof Responses, KeyOf<Responses, Status>>]>
    : never
  : never;
/** The key of an operation's response for a status: the status, its range, or for an error the default. */
type KeyOf<Responses, Status extends number> = `${Status}` extends keyof Responses
  ? `${Status}`
  : RangeOf<`${Status}`> extends keyof Responses
    ? RangeOf<`${Status}`>
    : `${Status}` extends `${4 | 5}${string}`
      ? "default"
      : never;
type RangeOf<Status extends string> = Status extends `${infer First}${number}` ? `${First}XX` : never;
type NameIn<Response> = Response extends { examples: readonly (infer Name)[] } ? Name : never;
type SuccessStatus = SuccessIn<ResponseStatus>;
type SuccessIn<Status extends number> = Status extends number
  ? `${Status}` extends `2${string}`
    ? Status
    : never
  : never;

/** Name of an example of a 2xx, or a status and the name of its example (default: the first). */
export type Answer = ExampleOf<SuccessStatus> | StatusAnswer;
type StatusAnswer = {
  [Status in ResponseStatus]: { status: Status; example?: ExampleOf<Status> | undefined };
}[ResponseStatus];

/** A response of the contract; without an example the first one. */
export interface Selection {
  status: number;
  example?: string | undefined;
}

export interface ContractResponse {
  status: number;
  headers: Headers;
  /** A value if the media type is JSON; undefined if there is no content. */
  body: unknown;
  /** Nothing is added to the body. */
  isExact?: boolean;
}

export const WHOLE: NumberRange = { accepts: Number.isInteger, words: "a whole number" };

/**
 * The response that `answer` selects.
 * @throws NexusError `config` if no operation has it; the message lists the available ones
 */
export function selectionOf(contract: Pick<Contract, "operations">, answer: unknown, path = "answer."): Selection {
  if (typeof answer === "string") return selectExample(contract, answer);
  const none: Selection = { status: 0, example: undefined };
  const selection = withDefaults(none, answer, path, WHOLE);
  checkSelection(contract, selection);
  return selection;
}

/**
 * Checks that an operation of the contract has the response.
 * @throws NexusError `config` whose message lists the available ones
 */
export function checkSelection({ operations }: Pick<Contract, "operations">, { status, example }: Selection): void {
  const declared = operations.flatMap((operation) => declaredFor(operation, status) ?? []);
  if (declared.length === 0) {
    const statuses = new Set(operations.flatMap(({ responses }) => Object.keys(responses)));
    throw new NexusError("config", `The contract has no response ${status}, only ${[...statuses].join(", ")}.`);
  }
  const names = new Set(declared.flatMap(({ examples }) => Object.keys(examples)));
  if (example === undefined || names.has(example)) return;
  throw new NexusError("config", `The response ${status} has no example '${example}', only ${[...names].join(", ")}.`);
}

/** The response with an example of this name. */
function selectExample({ operations }: Pick<Contract, "operations">, example: string): Selection {
  const responses = operations.flatMap((operation) => Object.entries(operation.responses));
  const found = responses.find(([, { examples }]) => Object.hasOwn(examples, example));
  if (found) return { status: Number(found[0].replace("XX", "00")), example };
  const names = new Set(responses.flatMap(([, { examples }]) => Object.keys(examples)));
  throw new NexusError("config", `The contract has no example '${example}', only ${[...names].join(", ")}.`);
}

/** The selected response; the first 2xx, or any first response, of an operation that does not have it. */
export function responseOf(operation: Operation, { status = 0, example }: Partial<Selection> = {}): ContractResponse {
  const selected = declaredFor(operation, status);
  if (selected && (example === undefined || Object.hasOwn(selected.examples, example))) {
    const isProblem = selected.mediaTypes.some((mediaType) => /[/+]json$/.test(mediaType));
    return status >= 400 && isProblem && example === undefined
      ? problemOf(operation, status)
      : exampleOf(selected, status, example);
  }
  const statuses = Object.keys(operation.responses);
  const [first = "200"] = [...statuses.filter((key) => key.startsWith("2")), ...statuses];
  const number = /^\d+$/.test(first) ? Number(first) : 200;
  return exampleOf(operation.responses[first], number);
}

/** The example of the operation's problem document, or one without details if it has none. */
export function problemOf(operation: Operation | undefined, status: number): ContractResponse {
  const declared = operation && declaredFor(operation, status);
  const found = declared && exampleOf(declared, status);
  if (typeof found?.body === "object") return found;
  const headers = new Headers(found?.headers);
  headers.set("Content-Type", "application/problem+json");
  return { status, headers, body: { type: "about:blank", title: `Status ${status}`, status } };
}

/** `members` are added to a JSON object. */
export function toResponse({ status, headers, body }: ContractResponse, members = {}): Response {
  const isJson = /[/+]json$/.test(headers.get("Content-Type") ?? "");
  const value = typeof body === "object" && body !== null && !Array.isArray(body) ? { ...body, ...members } : body;
  const content = isJson ? JSON.stringify(value) : body instanceof Uint8Array ? body : String(body ?? "");
  return new Response(content || null, { status, headers });
}

/** The operation's response for a status: its own, that of its range, or for an error the default. */
export function declaredFor(operation: Operation, status: number): DeclaredResponse | undefined {
  return operation.responses[keyFor(operation, status) ?? ""];
}

/** The key of that response. */
export function keyFor({ responses }: Operation, status: number): string | undefined {
  const keys = [String(status), `${String(status).charAt(0)}XX`, ...(status >= 400 ? ["default"] : [])];
  return keys.find((key) => Object.hasOwn(responses, key));
}

function exampleOf(declared: DeclaredResponse | undefined, status: number, example?: string): ContractResponse {
  const { mediaTypes = [], examplesByType = {}, headers = {} } = declared ?? {};
  const all = Object.entries(examplesByType).flatMap(([type, named]) =>
    Object.entries(named).map(([name, body]) => ({ type, name, body })),
  );
  const { type: mediaType = mediaTypes[0], body } = all.find(({ name }) => name === (example ?? name)) ?? {};
  const shown = new Headers(mediaType === undefined ? {} : { "Content-Type": mediaType });
  for (const [name, { example: text, required }] of Object.entries(headers)) {
    if (text !== undefined || required) shown.set(name, text ?? "example");
  }
  return { status, headers: shown, body };
}
