import type { Validator, Violation } from "../generated/validators.js";

/** A violation of the contract. It repeats names of members, never values. */
export interface FoundViolation {
  /** Names of members and indices; empty for the value itself. The path of a missing member ends with its name. */
  path: readonly PropertyKey[];
  message: string;
}

/** All violations of a value; empty if it is valid. */
export function violationsOf(validate: Validator<unknown>, value: unknown): FoundViolation[] {
  return validate(value) ? [] : (validate.errors ?? []).map(toViolation);
}

/** RFC 6901 pointer of a path. */
export function pointerOf(path: readonly PropertyKey[]): string {
  return path.map((key) => `/${String(key).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

function toViolation({ instancePath, keyword, params, message = "violates the contract" }: Violation): FoundViolation {
  const path = pathOf(instancePath);
  if (keyword === "required") return { path: [...path, String(params.missingProperty)], message: "must be present" };
  return { path, message: /^must be [a-z]+(,[a-z]+)+$/.test(message) ? message.replaceAll(",", " or ") : message };
}

/** The keys of a pointer (RFC 6901 section 4); indices stay strings. */
function pathOf(pointer: string): string[] {
  const [, ...segments] = pointer.split("/");
  return segments.map((segment) => segment.replaceAll("~1", "/").replaceAll("~0", "~"));
}
