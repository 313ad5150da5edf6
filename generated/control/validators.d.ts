// Written by `npm run generate` from server/stub/control/control.yaml. Edit that file, never this one.
import type { components } from "./types.ts";

/** One way in which a value breaks its schema. */
export interface Violation {
  /** RFC 6901 pointer into the value. */
  instancePath: string;
  keyword: string;
  params: Record<string, unknown>;
  message?: string;
}

/** Answers whether a value fits its schema; `errors` lists all violations of the last value that did not. */
export interface Validator<T> {
  (value: unknown): value is T;
  errors?: Violation[] | null;
}

export declare const ControlProblem: Validator<components["schemas"]["ControlProblem"]>;
export declare const Violation: Validator<components["schemas"]["Violation"]>;
export declare const Journal: Validator<components["schemas"]["Journal"]>;
export declare const JournalEntry: Validator<components["schemas"]["JournalEntry"]>;
export declare const JournalMessage: Validator<components["schemas"]["JournalMessage"]>;
export declare const Verification: Validator<components["schemas"]["Verification"]>;
export declare const RequestMatch: Validator<components["schemas"]["RequestMatch"]>;
export declare const ExpectedCount: Validator<components["schemas"]["ExpectedCount"]>;
export declare const Verdict: Validator<components["schemas"]["Verdict"]>;
export declare const Miss: Validator<components["schemas"]["Miss"]>;
export declare const FaultRules: Validator<components["schemas"]["FaultRules"]>;
export declare const FaultRule: Validator<components["schemas"]["FaultRule"]>;
export declare const FaultMatch: Validator<components["schemas"]["FaultMatch"]>;
export declare const Fault: Validator<components["schemas"]["Fault"]>;
export declare const LatencyFault: Validator<components["schemas"]["LatencyFault"]>;
export declare const StatusFault: Validator<components["schemas"]["StatusFault"]>;
export declare const BrokenAnswerFault: Validator<components["schemas"]["BrokenAnswerFault"]>;
export declare const Faults: Validator<components["schemas"]["Faults"]>;
export declare const ActiveFault: Validator<components["schemas"]["ActiveFault"]>;
export declare const LoadCount: Validator<components["schemas"]["LoadCount"]>;
export declare const Users: Validator<components["schemas"]["Users"]>;
export declare const UserPreview: Validator<components["schemas"]["UserPreview"]>;
export declare const SignInPreview: Validator<components["schemas"]["SignInPreview"]>;
export declare const StoredUser: Validator<components["schemas"]["StoredUser"]>;
