import type { RequestHandler } from "express";

/**
 * One stage after the other, as Express calls them, but without matching each against the path: that costs more than
 * most stages do. What a stage throws, rejects with or hands to `next` ends the row.
 */
export function inOrder(...stages: readonly RequestHandler[]): RequestHandler {
  return (request, response, done) => {
    let index = 0;
    const next = (error?: unknown): void => {
      const stage = stages[index];
      index += 1;
      if (error !== undefined || !stage) {
        done(error);
        return;
      }
      try {
        const pending: unknown = stage(request, response, next);
        if (pending instanceof Promise) pending.catch(done);
      } catch (thrown) {
        done(thrown);
      }
    };
    next();
  };
}
