import type { ErrorRequestHandler } from "express";
import type { Logger } from "pino";
import type { Violation } from "../../contract/violations.ts";
import { DirectoryRefused } from "../../directory/directory-refused.ts";
import { Problem, problemHandler } from "../../http/problem.ts";
import { StoreUnavailable } from "../../store/store.ts";

/** The error handler of the main port, after errors that only the control port has are translated. */
export function controlProblemHandler(log: Logger): ErrorRequestHandler {
  const handle = problemHandler({ log });
  return (error, request, response, next) => handle(translated(error), request, response, next);
}

function translated(error: unknown): unknown {
  if (error instanceof DirectoryRefused)
    return new Problem("invalid-request", { detail: error.message, violations: error.problems.map(violationIn) });
  if (error instanceof StoreUnavailable)
    return new Problem("unavailable", { headers: { "Retry-After": "1" }, cause: error });
  return error;
}

/** A directory problem is `directory /users/0/id: must be string`; without a pointer it is about the whole. */
function violationIn(problem: string): Violation {
  const [, pointer = "", detail = problem] = /^directory ?(\S*?): (.*)$/s.exec(problem) ?? [];
  return { pointer, detail };
}
