import { once } from "node:events";
import type { AddressInfo } from "node:net";
import express, { type ErrorRequestHandler, type RequestHandler } from "express";
import { expect, onTestFinished, test } from "vitest";
import { loadContract } from "../../../server/contract/contract.ts";
import { violationsIn } from "../../../server/contract/request-validation.ts";

const CONTROL = new URL("../../../generated/control/openapi.json", import.meta.url);

/** Sends a request to a server with nothing but the control contract's validation: 204, or 400 with the violations. */
async function send(method: string, path: string, body?: unknown) {
  const reject: ErrorRequestHandler = (error, _request, response, _next) => {
    response.status(400).json(violationsIn(error));
  };
  const pass: RequestHandler = (_request, response) => void response.status(204).end();
  const app = express().use(express.json(), ...loadContract(CONTROL).requestValidation(), pass, reject);
  const server = app.listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`, {
    method,
    ...(body !== undefined && { headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) }),
  });
  return { status: response.status, violations: response.status === 400 ? await response.json() : [] };
}

test("requests of the control contract are validated like those of the public one", async () => {
  const rule = { times: 2, fault: { kind: "status", status: 503 } };
  expect(await send("PUT", "/faults", { rules: [rule] })).toEqual({ status: 204, violations: [] });
  expect(await send("GET", "/users/u-ada")).toEqual({ status: 204, violations: [] });
  expect(await send("PUT", "/directory", { users: [] })).toEqual({ status: 204, violations: [] });
  expect(await send("PUT", "/faults", { rules: [{ ...rule, times: 0 }] })).toEqual({
    status: 400,
    violations: [{ pointer: "/rules/0/times", detail: "must be >= 1" }],
  });
  expect(await send("POST", "/verify", { match: {}, count: { exactly: 1 }, extra: 1 })).toEqual({
    status: 400,
    violations: [{ pointer: "/extra", detail: "must NOT have additional properties" }],
  });
});

test("a fault that matches no kind is rejected", async () => {
  const { status, violations } = await send("PUT", "/faults", { rules: [{ fault: { kind: "status", status: 200 } }] });
  expect(status).toBe(400);
  expect(violations).toContainEqual({ pointer: "/rules/0/fault/status", detail: "must be >= 400" });
});
