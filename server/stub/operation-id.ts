import type { Violation } from "../contract/violations.ts";

/** An operationId that no operation of the contract has: it would match no request. */
export class UnknownOperation extends Error {
  override readonly name = "UnknownOperation";
  readonly violation: Violation;

  constructor(violation: Violation) {
    super(`operationId ${violation.detail}`);
    this.violation = violation;
  }
}

export type OperationCheck = (
  id: string | undefined,
  place: { pointer: string } | { in: "query"; name: string },
) => void;

/** @param ids The operationIds of the contract that is being served. */
export function operationCheck(ids: () => readonly string[]): OperationCheck {
  return (id, place) => {
    if (id === undefined) return;
    const known = ids();
    if (known.includes(id)) return;
    throw new UnknownOperation({ ...place, detail: `must be an operation of the contract: ${known.join(", ")}` });
  };
}
