import type { ValidateFunction } from "ajv/dist/2020.js";
import type { RequestHandler, Response } from "express";
import type { Contract } from "../contract/contract.ts";
import type { Schema } from "../contract/document.ts";
import type { DeclaredResponse, Operation } from "../contract/operations.ts";
import { validatedRequest } from "../contract/validation-steps.ts";
import type { Metrics } from "./metrics.ts";

export interface Reply {
  status: number;
  /** Required with a body or text. */
  mediaType?: string;
  headers?: Readonly<Record<string, string | readonly string[]>>;
  /** Sent as JSON. */
  body?: unknown;
  /** Sent as given, in place of `body`. */
  text?: string | Uint8Array;
}

export type Send = (response: Response, reply: Reply) => void;

/** Writes every response except the stub's faults. During a shutdown it also closes the connection. */
export const send: Send = (response, { status, mediaType = "", headers = {}, body, text = JSON.stringify(body) }) => {
  const { shutdown } = response.locals;
  if (!shutdown.isOpen && shutdown.closes(response.req.socket)) response.setHeader("Connection", "close");
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  if (text === undefined) {
    response.writeHead(status).end();
    return;
  }
  writeHead(response, { status, mediaType, length: Buffer.byteLength(text) });
  // Node sends a string in one write with the headers.
  response.end(text);
};

/** `length` in bytes. */
export function writeHead(
  response: Response,
  { status, mediaType, length }: { status: number; mediaType: string; length: number },
): void {
  // JSON is UTF-8 by definition (RFC 8259 section 11); text/* without a charset is not (RFC 2046 section 4.1.2).
  const isText = mediaType.startsWith("text/") && !mediaType.includes("charset=");
  const contentType = isText ? `${mediaType}; charset=utf-8` : mediaType;
  response.writeHead(status, { "Content-Type": contentType, "Content-Length": length });
}

/** The result of a handler: one of the responses that the contract declares for its operation. */
export type HandlerResponse = Pick<Reply, "status" | "mediaType" | "headers" | "body">;

/** A handler of any operation: `never` accepts handlers of every request type. */
export type Handler = (request: never, context: Express.Locals) => Promise<HandlerResponse>;

/**
 * Calls the handler of the request's operation with `response.locals` as its context, checks its response against the
 * contract, and sends it in the negotiated media type if the contract declares it for that status.
 */
export function dispatch(
  handlers: Readonly<Record<string, Handler>>,
  { send, contract, metrics }: { send: Send; contract: Contract; metrics?: Pick<Metrics, "violations"> },
): RequestHandler {
  const validators = new Map<Schema, ValidateFunction>();
  const validatorOf = (schema: Schema): ValidateFunction => {
    const validate = validators.get(schema) ?? contract.validator(schema);
    validators.set(schema, validate);
    return validate;
  };
  return async (request, response) => {
    const { operation, responseMediaType } = response.locals;
    const handler = handlers[operation.id];
    if (!handler) throw new Error(`The operation ${operation.id} has no handler.`);
    let checked: HandlerResponse | undefined;
    const check = (returned: HandlerResponse): Reply & { mediaType: string } => {
      const declared = declaredResponse(operation, returned.status);
      const reply = { ...returned, mediaType: mediaTypeOf(returned, declared, responseMediaType) };
      if (checked?.body !== undefined && checked.body === returned.body && checked.status === returned.status)
        return reply;
      const violations = responseViolations(validatorOf, declared, { reply, response });
      if (violations.length > 0) {
        metrics?.violations.inc({ side: "answer" }, violations.length);
        throw new Error(`The response of ${operation.id} violates the contract: ${violations.join("; ")}.`);
      }
      checked = returned;
      return reply;
    };
    const context = Object.assign(response.locals, { checkResponse: check });
    // Request validation has checked the request against the types of the operation.
    const reply = check(await handler(validatedRequest(request, operation) as never, context));
    send(response, withText(reply));
  };
}

/** Text and bytes are sent as they are, except in JSON. */
export function withText({ body, ...head }: Reply): Reply {
  const isRaw = (typeof body === "string" || body instanceof Uint8Array) && !isJson(head.mediaType ?? "");
  return isRaw ? { ...head, text: body } : { ...head, body };
}

/** The handler's choice, else the negotiated one if it is declared for this status, else the first. */
function mediaTypeOf(
  { mediaType }: HandlerResponse,
  declared: DeclaredResponse | undefined,
  negotiated: string,
): string {
  const mediaTypes = declared?.mediaTypes ?? [];
  return mediaType ?? (mediaTypes.includes(negotiated) ? negotiated : (mediaTypes[0] ?? ""));
}

/** By status, by range or the default. */
function declaredResponse(operation: Operation, status: number): DeclaredResponse | undefined {
  return operation.responses[responseKey(operation, status) ?? ""];
}

/** The key of the declared response: a status, a range (`4XX`) or `default`. */
export function responseKey({ responses }: Operation, status: number): string | undefined {
  return [`${status}`, `${Math.floor(status / 100)}XX`, "default"].find((key) => Object.hasOwn(responses, key));
}

type ValidatorOf = (schema: Schema) => ValidateFunction;

function responseViolations(
  validatorOf: ValidatorOf,
  declared: DeclaredResponse | undefined,
  { reply: { status, mediaType, headers = {}, body }, response }: { reply: Reply; response: Response },
) {
  if (!declared) return [`the contract declares no response ${status}`];
  const isReturned = (name: string) => Object.keys(headers).some((sent) => sent.toLowerCase() === name.toLowerCase());
  const missing = declared.requiredHeaders.filter((name) => !response.hasHeader(name) && !isReturned(name));
  return [
    ...missing.map((name) => `the header ${name} is missing`),
    ...bodyViolations(validatorOf, declared.schemas[mediaType ?? ""], { mediaType, body }),
  ];
}

function bodyViolations(
  validatorOf: ValidatorOf,
  schema: Schema | undefined,
  { mediaType = "", body }: { mediaType: string | undefined; body: unknown },
) {
  if (!schema) return body === undefined ? [] : [`the contract declares no ${mediaType || "body"} for this status`];
  if (!isJson(mediaType) && typeof body !== "string") return [];
  const validate = validatorOf(schema);
  return validate(body) ? [] : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

export function isJson(mediaType: string): boolean {
  return /[/+]json$/.test(mediaType);
}
