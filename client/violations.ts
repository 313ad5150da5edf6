import type { Validator, Violation } from "../generated/validators.js";

/** One way in which a value breaks the contract. Neither part repeats what was sent but for names of members. */
export interface FoundViolation {
  /** Where, as names of members and indices; empty for the value itself. A missing member is named itself. */
  path: readonly PropertyKey[];
  message: string;
}

/** All violations of a value; empty if it fits. */
export function violationsOf(validate: Validator<unknown>, value: unknown): FoundViolation[] {
  return validate(value) ? [] : (validate.errors ?? []).map(asFound);
}

/** RFC 6901 pointer of a path. */
export function pointerOf(path: readonly PropertyKey[]): string {
  return path.map((key) => `/${String(key).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

function asFound({ instancePath, keyword, params, message = "does not fit the contract" }: Violation): FoundViolation {
  const path = keysOf(instancePath);
  if (keyword === "required") return { path: [...path, String(params.missingProperty)], message: "must be present" };
  return { path, message: /^must be [a-z]+(,[a-z]+)+$/.test(message) ? message.replaceAll(",", " or ") : message };
}

/** The keys of a pointer (RFC 6901 section 4); indices stay text, which every object and array takes as a key. */
function keysOf(pointer: string): string[] {
  const [, ...segments] = pointer.split("/");
  return segments.map((segment) => segment.replaceAll("~1", "/").replaceAll("~0", "~"));
}
