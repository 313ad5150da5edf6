import type { RequestHandler } from "express";
import type { Handlers, Operations } from "../../generated/operations.ts";
import type { SendAnswer } from "./send.ts";

/** Calls the operation's handler and sends its answer; a refusal it throws goes to the problem mapper. */
export function dispatch<Context>(
  handlers: Handlers<Context>,
  { contextOf, send }: { contextOf: (locals: Express.Locals) => Context; send: SendAnswer },
): RequestHandler {
  return async (request, response) => {
    const { operationId, path, answerMediaType } = response.locals;
    // The contract's validator has just established that path and body are what the operation declares.
    const input = { path, body: request.body } as unknown as Input<typeof operationId>;
    const { status, body } = await call(handlers, operationId, input, contextOf(response.locals));
    send(response, { status, mediaType: status === 200 ? answerMediaType : "application/problem+json", body });
  };
}

type Input<Id extends keyof Operations> = Pick<Operations[Id], "path" | "body">;

function call<Id extends keyof Operations, Context>(
  handlers: Handlers<Context>,
  id: Id,
  input: Input<Id>,
  context: Context,
) {
  return handlers[id](input, context);
}
