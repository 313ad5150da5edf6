import type { BodyViolation, ParameterViolation } from "../../generated/types.ts";

/** One violation of the contract in a request, with its place. */
export type Violation = BodyViolation | ParameterViolation;
