import { StoreUnavailable } from "../store.ts";

/** SQLSTATEs after which the transaction has been rolled back and may succeed when repeated. */
const RETRYABLE = ["40001", "40P01", "55P03"];

/**
 * SQLSTATEs of temporary errors: connection (08), authentication (28), missing database (3D000), rolled back (40), out of
 * resources (53), operator intervention such as a shutdown (57), I/O (58), read-only after a failover (25006), idle in a
 * transaction (25P03), lock not available (55P03).
 */
const TEMPORARY = /^(08...|28...|3D000|40...|53...|57...|58...|25006|25P03|55P03)$/;

/** Messages of pg, without a code, for lost connections and timeouts. */
const LOST =
  /^(Connection terminated|timeout |Query read timeout|Client (has encountered|was closed)|The server does not)/;

/** Codes of socket, DNS and TLS errors. */
const NETWORK_CODE = /^(E[A-Z]+|ERR_TLS_.*|CERT_.*|.*_CERT.*)$/;

/** The SQLSTATE; undefined for errors that the database did not report. */
export function sqlStateOf(error: unknown): string | undefined {
  return error instanceof Error && "severity" in error && "code" in error ? String(error.code) : undefined;
}

export function isRetryable(error: unknown): boolean {
  return RETRYABLE.includes(sqlStateOf(error) ?? "");
}

/** StoreUnavailable for temporary errors, with pg's error as its cause; an Error without details for other SQL errors. */
export function translated(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const state = sqlStateOf(error);
  if (state === undefined ? isLost(error) : TEMPORARY.test(state))
    return new StoreUnavailable(`The database is unavailable: ${summaryOf(error)}.`, { cause: error });
  // pg's error may contain a row, which must not reach the log.
  return state === undefined ? error : new Error(`The database rejected a statement: ${summaryOf(error)}.`);
}

/** One line with the error's code, if it has one. It never contains a password. */
export function summaryOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = codeOf(error);
  // An AggregateError of several refused addresses has no message.
  const [line = ""] = (error.message || code).split("\n");
  return code === "" || line.includes(code) ? line : `${line} (${code})`;
}

function isLost(error: Error): boolean {
  return LOST.test(error.message) || "syscall" in error || NETWORK_CODE.test(codeOf(error));
}

function codeOf(error: Error): string {
  return "code" in error ? String(error.code) : "";
}
