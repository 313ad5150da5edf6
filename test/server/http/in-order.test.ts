import type { Request, RequestHandler, Response } from "express";
import { expect, test } from "vitest";
import { inOrder } from "../../../server/http/in-order.ts";

/** Runs the stages, and answers what is handed on at their end: nothing, or an error. */
function outcomeOf(...stages: RequestHandler[]): Promise<unknown> {
  // The stages below look at neither.
  const [request, response] = [{} as Request, {} as Response];
  return new Promise((resolve) => {
    inOrder(...stages)(request, response, resolve);
  });
}

const pass: RequestHandler = (_request, _response, next) => next();
const unreached: RequestHandler = () => {
  throw new Error("A stage behind an error was reached.");
};

test("stages come one after the other, and then whatever is behind them", async () => {
  const seen: string[] = [];
  const stage =
    (name: string): RequestHandler =>
    async (_request, _response, next) => {
      seen.push(name);
      await undefined;
      next();
    };

  expect(await outcomeOf(stage("one"), pass, stage("two"))).toBeUndefined();
  expect(seen).toEqual(["one", "two"]);
});

test("an error that is thrown, rejected with or handed on ends the row", async () => {
  const error = new RangeError("refused");
  const thrower: RequestHandler = () => {
    throw error;
  };
  const rejecter: RequestHandler = async () => {
    throw error;
  };

  for (const stage of [thrower, rejecter, ((_request, _response, next) => next(error)) satisfies RequestHandler]) {
    expect(await outcomeOf(pass, stage, unreached)).toBe(error);
  }
});
