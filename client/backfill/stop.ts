import type { SyncOutcome } from "../bulk/sync-item.ts";
import type { NexusError } from "../nexus-error.ts";

/** Why a backfill ended before its last item, and the exit code of the command. */
export interface Ending {
  exitCode: 1 | 2 | 130;
  text: string;
}

export const INTERRUPTED: Ending = { exitCode: 130, text: "Interrupted." };

/** Default limit of failures in a row without a response of the API. */
const MAX_IN_A_ROW = 20;
/** Statuses that are about the server or its URL, like every 5xx. */
const NOT_ABOUT_ITEMS: readonly number[] = [405, 408, 425, 429];
/** The problem type of a 404 for the whole path, which a wrong base URL causes, rather than for the user. */
const UNKNOWN_PATH = "urn:nexus-sync:problem:unknown-path";

/** The ending if the outcome means that every other item would fail too; it is not an outcome of its item. */
export function rejectedCredentials(outcome: SyncOutcome, line: number): Ending | undefined {
  if (outcome.ok) return undefined;
  const { kind, status, message, requestId } = outcome.error;
  if (kind !== "auth" && status !== 401 && status !== 403) return undefined;
  const request = requestId === undefined ? "" : `, request id ${requestId}`;
  return {
    exitCode: 2,
    text: `Stopped: the credentials are not accepted (line ${line}${request}: ${withoutStop(message)}). Check the NEXUS_ variables.`,
  };
}

/** A message within a sentence. */
function withoutStop(message: string): string {
  return message.replace(/\.$/, "");
}

/** Counts failures. Returns the ending at `maxFailures` in all, or by default at 20 in a row. */
export function createFailureLimit(maxFailures: number | undefined) {
  const row = createRow();
  let inAll = 0;
  return (outcome: SyncOutcome, line: number): Ending | undefined => {
    const inARow = row(outcome);
    if (outcome.ok) return undefined;
    inAll += 1;
    if (inAll === maxFailures) return { exitCode: 1, text: `Stopped: ${inAll} failures (--max-failures).` };
    if (maxFailures !== undefined || inARow !== MAX_IN_A_ROW) return undefined;
    const reason = `${inARow} failures in a row without a response of the API (line ${line}: ${withoutStop(outcome.error.message)})`;
    return { exitCode: 1, text: `Stopped: ${reason}. Check --url and the server.` };
  };
}

/** Counts failures in a row that are not about their items, in the order of the outcomes. */
function createRow() {
  let length = 0;
  return (outcome: SyncOutcome): number => {
    if (outcome.ok || isAboutItem(outcome.error)) length = 0;
    // Nothing was sent for a `config` error: it says nothing about the server.
    else if (outcome.error.kind !== "config") length += 1;
    return length;
  };
}

/** True for a 4xx of an operation with a problem document: the API works, and rejects this item. */
function isAboutItem({ kind, status = 500, problem }: NexusError): boolean {
  if (problem === undefined || Object(problem).type === UNKNOWN_PATH) return false;
  return kind === "http" && status < 500 && !NOT_ABOUT_ITEMS.includes(status);
}
