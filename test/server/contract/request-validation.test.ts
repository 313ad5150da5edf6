import { once } from "node:events";
import type { AddressInfo } from "node:net";
import express, { type ErrorRequestHandler, type RequestHandler } from "express";
import { expect, onTestFinished, test } from "vitest";
import { contractValidator, violationsOf } from "../../../server/contract/request-validation.ts";

const CONTROL = new URL("../../../generated/control/openapi.json", import.meta.url);

/** Asks a server that knows nothing but the control port's contract: 204, or 400 with what is wrong. */
async function asked(method: string, path: string, body?: unknown) {
  const tell: ErrorRequestHandler = (error, _request, response, _next) => {
    response.status(400).json(violationsOf(error));
  };
  const pass: RequestHandler = (_request, response) => void response.status(204).end();
  const app = express().use(express.json(), contractValidator(CONTROL), pass, tell);
  const server = app.listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`, {
    method,
    ...(body !== undefined && { headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) }),
  });
  return { status: response.status, violations: response.status === 400 ? await response.json() : [] };
}

test("another contract is checked by the same machinery", async () => {
  const rule = { times: 2, fault: { kind: "status", status: 503 } };
  expect(await asked("PUT", "/faults", { rules: [rule] })).toEqual({ status: 204, violations: [] });
  expect(await asked("GET", "/users/u-ada")).toEqual({ status: 204, violations: [] });
  expect(await asked("PUT", "/directory", { users: [] })).toEqual({ status: 204, violations: [] });
  expect(await asked("PUT", "/faults", { rules: [{ ...rule, times: 0 }] })).toEqual({
    status: 400,
    violations: [{ pointer: "/rules/0/times", detail: "must be >= 1" }],
  });
  expect(await asked("POST", "/verify", { match: {}, count: { exactly: 1 }, extra: 1 })).toEqual({
    status: 400,
    violations: [{ pointer: "/extra", detail: "must NOT have additional properties" }],
  });
});

test("a fault of none of the kinds is refused", async () => {
  const { status, violations } = await asked("PUT", "/faults", { rules: [{ fault: { kind: "status", status: 200 } }] });
  expect(status).toBe(400);
  expect(violations).toContainEqual({ pointer: "/rules/0/fault/status", detail: "must be >= 400" });
});
