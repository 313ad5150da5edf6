import type { BodyViolation, ParameterViolation } from "../../generated/types.ts";

/** One place where a request breaks the contract. */
export type Violation = BodyViolation | ParameterViolation;
