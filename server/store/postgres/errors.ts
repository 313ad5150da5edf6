import { StoreUnavailable } from "../store.ts";

/** The role, or the database, has no free connection. */
const TOO_MANY_CONNECTIONS = "53300";
/** SQLSTATEs after which nothing has been saved and a repetition may succeed. */
const RETRYABLE = ["40001", "40P01", "55P03", TOO_MANY_CONNECTIONS];

/**
 * SQLSTATEs of temporary errors: connection (08), authentication (28), missing database (3D000), rolled back (40), out of
 * resources (53), operator intervention such as a shutdown (57), I/O (58), read-only after a failover (25006), idle in a
 * transaction (25P03), no connections allowed (55000), lock not available (55P03).
 */
const TEMPORARY = /^(08...|28...|3D000|40...|53...|57...|58...|25006|25P03|55000|55P03)$/;

/** The SQLSTATE; undefined for errors that the database did not report. */
export function sqlStateOf(error: unknown): string | undefined {
  return error instanceof Error && "severity" in error && "code" in error ? String(error.code) : undefined;
}

export function isRetryable(error: unknown): boolean {
  return RETRYABLE.includes(sqlStateOf(error) ?? "");
}

export function isTooManyConnections(error: unknown): boolean {
  return sqlStateOf(error) === TOO_MANY_CONNECTIONS;
}

/**
 * Translates an error of pg: StoreUnavailable for temporary errors and for errors without a SQLSTATE (connection lost,
 * refused or timed out); for others an Error without pg's details, which may contain a row and would be logged.
 */
export function translated(error: unknown): Error {
  if (error instanceof StoreUnavailable) return error;
  return TEMPORARY.test(sqlStateOf(error) ?? "08000")
    ? new StoreUnavailable(`The database is unavailable: ${summaryOf(error)}.`, { cause: error })
    : new Error(`The database rejected a statement: ${summaryOf(error)}.`);
}

/** One line with the error's code, if it has one. It never contains a password. */
export function summaryOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = "code" in error ? String(error.code) : "";
  // An AggregateError of several refused addresses has no message.
  const [line = ""] = (error.message || code).split("\n");
  return code === "" || line.includes(code) ? line : `${line} (${code})`;
}
