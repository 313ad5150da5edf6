import { StoreUnavailable } from "../store.ts";

/** Serialization failure, deadlock, lock not available: the transaction was undone, and may go well the next time. */
const REPEATABLE = ["40001", "40P01", "55P03"];

/**
 * SQLSTATEs of what passes: connection (08), credentials that are being changed (28), a database that is missing (3D000),
 * transactions undone (40), resources and disk (53), an operator's doing such as a shutdown (57), I/O (58), read-only
 * after a failover (25006), idle for too long (25P03), lock not available (55P03).
 */
const PASSING = /^(08...|28...|3D000|40...|53...|57...|58...|25006|25P03|55P03)$/;

/** What pg says, without a code, of a connection that was lost, took too long or was never made. */
const LOST =
  /^(Connection terminated|timeout |Query read timeout|Client (has encountered|was closed)|The server does not)/;

/** The database's error code; undefined where the error isn't the database's. */
export function sqlStateOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("severity" in error && "code" in error)) return undefined;
  return String(error.code);
}

export function isRepeatable(error: unknown): boolean {
  return REPEATABLE.includes(sqlStateOf(error) ?? "");
}

/** StoreUnavailable for what may pass, with pg's error as its cause. Any other is a fault of ours, and stays an error. */
export function translated(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const state = sqlStateOf(error);
  if (state === undefined ? isLost(error) : PASSING.test(state)) {
    return new StoreUnavailable(`The database can't be used now: ${summaryOf(error)}.`, { cause: error });
  }
  // Not the error itself: its details may show a row, and the log would show them.
  return state === undefined ? error : new Error(`The database refused a statement: ${summaryOf(error)}.`);
}

/** One line with the error's code, if it has one. Neither ever holds a password. */
export function summaryOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = "code" in error ? String(error.code) : "";
  // Several addresses that all refuse are one error without a message.
  const [line = ""] = (error.message || code).split("\n");
  return code === "" || line.includes(code) ? line : `${line} (${code})`;
}

function isLost(error: Error): boolean {
  // Errors of sockets, names and certificates have a code.
  return (
    LOST.test(error.message) || "syscall" in error || /^(E[A-Z]+|ERR_TLS_.*|CERT_.*|.*_CERT.*)$/.test(codeOf(error))
  );
}

function codeOf(error: Error): string {
  return "code" in error ? String(error.code) : "";
}
