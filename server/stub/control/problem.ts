import type { ErrorRequestHandler } from "express";
import type { Logger } from "pino";
import { DirectoryRefused } from "../../directory/directory-refused.ts";
import { Problem, sendProblem, type Violation } from "../../http/problem.ts";
import { StoreUnavailable } from "../../store/store.ts";
import { SessionFixed } from "../session.ts";

/** The mapper of the main port, which is told first what only the control port runs into. */
export function sendControlProblem(log: Logger): ErrorRequestHandler {
  // The figures are about the operation of the contract.
  const send = sendProblem(log, { violated: () => {} });
  return (error, request, response, next) => send(refusalOf(error), request, response, next);
}

function refusalOf(error: unknown): unknown {
  if (error instanceof DirectoryRefused)
    return new Problem("invalid-request", { detail: error.message, violations: error.problems.map(violationIn) });
  if (error instanceof SessionFixed) return new Problem("fixed-directory");
  if (error instanceof StoreUnavailable)
    return new Problem("unavailable", { headers: { "Retry-After": "1" }, cause: error });
  return error;
}

/** A problem names its place as in `directory /users/0/id: must be string`; without one it is about the whole. */
function violationIn(problem: string): Violation {
  const [, pointer = "", detail = problem] = /^directory ?(\S*?): (.*)$/s.exec(problem) ?? [];
  return { pointer, detail };
}
