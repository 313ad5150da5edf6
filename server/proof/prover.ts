import type { ValidateFunction } from "ajv/dist/2020.js";
import type { Contract } from "../contract/contract.ts";
import type { ContractDocument, Schema } from "../contract/document.ts";
import type { Matching } from "../contract/scalars.ts";
import type { Outcome, Sent } from "./cases.ts";
import { openPipeline } from "./pipeline.ts";

export interface ProofOptions {
  /**
   * Validates a value against a schema of the document, independent of the server's validator. Default: the contract's
   * own validators, which are compiled only if the server seems to be wrong, and then only confirm it.
   */
  judge?: (schema: Schema) => ValidateFunction;
  /** Default: no text is made for a pattern. */
  matching?: Matching;
  /** Sends one invalid body and one invalid parameter per operation, and no examples. */
  isQuick?: boolean;
}

/** Makes and judges values. */
export interface Judge {
  document: ContractDocument;
  matching: Matching;
  validator(schema: Schema): ValidateFunction;
  /** Whether a value made from a schema can be used. */
  isCandidate(schema: Schema, value: unknown): boolean;
}

/** Shared by the parts of the proof. */
export interface Prover extends Judge {
  send(sent: Sent): Promise<Outcome>;
  isStrict: boolean;
}

export function proverOf(contract: Contract, { judge, matching = () => undefined }: ProofOptions): Prover {
  return {
    document: contract.document,
    send: openPipeline(contract),
    matching,
    validator: judge ?? contract.requestValidator,
    isStrict: judge !== undefined,
    isCandidate: (schema, value) => !judge || judge(schema)(value),
  };
}
