import { setTimeout as sleep } from "node:timers/promises";
import type { Contract } from "../contract/contract.ts";
import type { Operation } from "../contract/operations.ts";
import type { Sent } from "../proof/cases.ts";
import type { Judge } from "../proof/prover.ts";
import type { RequestValues } from "../proof/requests.ts";
import type { Clauses } from "./clauses.ts";
import type { Credentials, Wallet } from "./credentials.ts";
import { judgeResponse } from "./responses.ts";
import { curlLine, NoResponse, type Received, type Target } from "./target.ts";

/** Shared by the checks of all operations. */
export interface Run {
  url: URL;
  contract: Contract;
  operations: readonly Operation[];
  judge: Judge;
  target: Target;
  wallet: Wallet;
  /** Names of the parameters that have the user's value in all valid requests. */
  fixedParameters: ReadonlySet<string>;
  isReadOnly: boolean;
  seed: number;
  runs: number;
  /** Whether the time limit is over. */
  isOver(): boolean;
}

/** A valid request of the operation, made from the contract's examples. */
export interface Base {
  mediaType: string | undefined;
  values: RequestValues;
  sent: Sent;
}

/** An operation that is checked. */
export interface Subject {
  run: Run;
  operation: Operation;
  clauses: Clauses;
  /** Of valid requests. */
  credentials: Credentials;
  /** Whether only invalid requests may be sent. */
  isReadOnly: boolean;
  /** Judges each response by the contract. Undefined without a complete response, or if the checks have ended. */
  send(sent: Sent, credentials?: Credentials): Promise<Received | undefined>;
  /** Sends a request of another operation. Undefined without a success. */
  observe(sent: Sent): Promise<Received | undefined>;
  fail(clause: string, reason: string, sent: Sent, credentials?: Credentials): void;
  /** Whether no more requests are sent. */
  hasEnded(): boolean;
}

export const COMPLETE = "responses: complete, in time, of limited size";
/** Requests without a response after which an operation is given up. */
const MAX_LOST = 3;
/** Milliseconds that a request waits if the server asks for it with Retry-After. */
const MAX_WAIT_MS = 5_000;

export function createSubject(run: Run, operation: Operation, clauses: Clauses, credentials: Credentials): Subject {
  const isSafe = ["GET", "HEAD"].includes(operation.method);
  let lost = 0;
  const hasEnded = () => run.isOver() || lost >= MAX_LOST;
  const fail: Subject["fail"] = (clause, reason, sent, used = credentials) =>
    clauses.fail(clause, run.wallet.hide(reason), run.wallet.hide(curlLine(run.url, sent, used)));
  const attempt = async (sent: Sent, used: Credentials): Promise<Received | undefined> => {
    try {
      return await run.target.send(sent, used);
    } catch (error) {
      if (!(error instanceof NoResponse)) throw error;
      lost += 1;
      fail(COMPLETE, error.message, sent, used);
      return undefined;
    }
  };
  /** Sends again once, after the time that the server asks for. */
  const patient = async (sent: Sent, used: Credentials): Promise<Received | undefined> => {
    const received = await attempt(sent, used);
    const ms = received ? waitMs(received) : 0;
    if (ms === 0) return received;
    await sleep(ms);
    return hasEnded() ? undefined : attempt(sent, used);
  };
  const judge = (received: Received, sent: Sent, used: Credentials) => {
    clauses.pass(COMPLETE);
    for (const { clause, reason } of judgeResponse(run.contract, operation, received)) {
      if (reason === undefined) clauses.pass(clause);
      else fail(clause, reason, sent, used);
    }
  };
  return {
    ...{ run, operation, clauses, credentials, fail, hasEnded },
    isReadOnly: run.isReadOnly && !isSafe,
    async send(sent, used = credentials) {
      const received = hasEnded() ? undefined : await patient(sent, used);
      if (received) judge(received, sent, used);
      return received;
    },
    async observe(sent) {
      const received = hasEnded() ? undefined : await patient(sent, credentials);
      return received && received.status < 400 ? received : undefined;
    },
  };
}

/** Milliseconds that a limit on the rate or the load asks for; 0 for any other response, or if it is too long. */
function waitMs({ status, headers }: Received): number {
  const [seconds = ""] = headers["retry-after"] ?? [];
  const ms = Number(seconds) * 1_000;
  return [429, 503].includes(status) && /^\d+$/.test(seconds) && ms <= MAX_WAIT_MS ? ms : 0;
}
