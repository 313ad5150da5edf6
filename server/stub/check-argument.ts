import type { ErrorObject } from "ajv";
import { ConfigurationError } from "../configuration-error.ts";
import { controlContract } from "./control/control-contract.ts";
import { faultViolations } from "./control/fault-violations.ts";

/**
 * Checks an argument in process like the body of a request to the control port.
 * @throws ConfigurationError with every violation
 */
export function checkArgument(schema: "FaultRules" | "Verification", value: unknown): void {
  const contract = controlContract();
  const validate = contract.requestValidator(schema);
  if (validate(value)) return;
  const violations = faultViolations(contract, value, (validate.errors ?? []).map(violationOf));
  const texts = violations.map((one) => `${"pointer" in one ? one.pointer : ""} ${one.detail}`.trim());
  const noun = schema === "FaultRules" ? "fault rules" : "verification";
  throw new ConfigurationError(`The ${noun} can't be used: ${texts.join("; ")}.`.replace(/\.\.$/, "."));
}

function violationOf({ instancePath, keyword, params, message = "" }: ErrorObject) {
  if (keyword === "required")
    return { pointer: `${instancePath}/${params.missingProperty}`, detail: "must be present" };
  if (keyword === "additionalProperties")
    return { pointer: `${instancePath}/${params.additionalProperty}`, detail: "must NOT be present" };
  return { pointer: instancePath, detail: message };
}
