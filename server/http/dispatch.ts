import type { RequestHandler } from "express";
import type { Reply, Send } from "./send.ts";

/** An operation's handler. `never` accepts the handlers of every operation; their own types say what they take. */
export type Handler<Context> = (request: never, context: Context) => Promise<Pick<Reply, "status" | "body">>;

export interface DispatchOptions<Context> {
  /** By operation id. */
  handlers: Readonly<Record<string, Handler<Context>>>;
  contextOf: (locals: Express.Locals) => Context;
  send: Send;
}

/**
 * Calls the handler of the request's operation and sends what it returns, in the negotiated media type if the contract
 * has it for that status.
 */
export function dispatch<Context>({ handlers, contextOf, send }: DispatchOptions<Context>): RequestHandler {
  return async (request, response) => {
    const { operation, path, responseMediaType } = response.locals;
    const handler = handlers[operation.id];
    if (!handler) throw new Error(`The operation ${operation.id} has no handler.`);
    // The contract's validator has checked that path and body are of the operation's types.
    const { status, body } = await handler({ path, body: request.body } as never, contextOf(response.locals));
    const { mediaTypes = [] } = operation.responses[status] ?? {};
    const mediaType = mediaTypes.includes(responseMediaType) ? responseMediaType : (mediaTypes[0] ?? "");
    send(response, { status, mediaType, body });
  };
}
