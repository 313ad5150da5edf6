import type { RequestHandler } from "express";
import type { Contract } from "../contract/contract.ts";
import { jsonBody } from "./body.ts";
import { acceptable, contentType } from "./negotiation.ts";
import { pathParameters } from "./router.ts";

/** The steps between security and the handler. The proof sends its requests through the same. `bodyLimit` in bytes. */
export function requestSteps(contract: Contract, bodyLimit: number, ...afterBody: readonly RequestHandler[]) {
  const read = [pathParameters, acceptable, contentType, jsonBody(bodyLimit), ...afterBody];
  return [...read, ...contract.requestValidation()];
}
