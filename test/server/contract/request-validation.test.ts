import { once } from "node:events";
import type { AddressInfo } from "node:net";
import express, { type ErrorRequestHandler, type RequestHandler } from "express";
import { expect, onTestFinished, test } from "vitest";
import { loadContract } from "../../../server/contract/contract.ts";
import { violationsIn } from "../../../server/contract/violations.ts";
import { jsonBody } from "../../../server/http/body.ts";
import { contentType } from "../../../server/http/negotiation.ts";
import { requestContext } from "../../../server/http/request-log.ts";
import { pathParameters, router } from "../../../server/http/router.ts";

const CONTROL = new URL("../../../generated/control/openapi.json", import.meta.url);

/** Sends a request to a server that only validates it by the control contract: 204, or 400 with the violations. */
async function send(method: string, path: string, body?: unknown) {
  const reject: ErrorRequestHandler = (error, _request, response, _next) => {
    response.status(400).json(violationsIn(error));
  };
  const pass: RequestHandler = (_request, response) => void response.status(204).end();
  const contract = loadContract(CONTROL);
  const app = express()
    .use(requestContext({ isOpen: true, closes: () => false }), router(contract.operations), pathParameters)
    .use(contentType, jsonBody(10_000), contract.requestValidation(), pass, reject);
  const server = app.listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`, {
    method,
    ...(body !== undefined && { headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) }),
  });
  return { status: response.status, violations: response.status === 400 ? await response.json() : [] };
}

const RULE = { times: 2, fault: { kind: "status", status: 503 } };

test.for<[method: string, path: string, body: unknown]>([
  ["PUT", "/faults", { rules: [RULE] }],
  ["GET", "/users/u-ada", undefined],
  ["PUT", "/directory", { users: [] }],
])("a valid %s %s is accepted", async ([method, path, body]) => {
  expect(await send(method, path, body)).toEqual({ status: 204, violations: [] });
});

const TIMES = { pointer: "/rules/0/times", detail: "must be >= 1" };
const EXTRA = { pointer: "/extra", detail: "must NOT have additional properties" };
const STATUS = { pointer: "/rules/0/fault/status", detail: "must be >= 400" };

test.for<[method: string, path: string, body: unknown, violations: unknown]>([
  ["PUT", "/faults", { rules: [{ ...RULE, times: 0 }] }, [TIMES]],
  ["POST", "/verify", { match: {}, count: { exactly: 1 }, extra: 1 }, [EXTRA]],
  ["PUT", "/faults", { rules: [{ fault: { kind: "status", status: 200 } }] }, expect.arrayContaining([STATUS])],
])("an invalid %s %s is rejected with its violations", async ([method, path, body, violations]) => {
  expect(await send(method, path, body)).toEqual({ status: 400, violations });
});
