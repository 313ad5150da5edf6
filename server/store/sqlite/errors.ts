import { StoreUnavailable } from "../store.ts";

/** SQLite's primary result codes for what may pass: BUSY, LOCKED, READONLY, IOERR, FULL, CANTOPEN. */
const PASSING_CODES = [5, 6, 8, 10, 13, 14];

/** StoreUnavailable for what may pass, with SQLite's error as its cause; any other error as it is. */
export function translated(error: unknown): unknown {
  const code = error instanceof Error && "errcode" in error ? Number(error.errcode) & 0xff : 0;
  if (!PASSING_CODES.includes(code)) return error;
  return new StoreUnavailable(`The database can't be written now: ${(error as Error).message}.`, { cause: error });
}
