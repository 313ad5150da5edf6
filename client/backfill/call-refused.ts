/** What the caller can mend, in one line: a wrong call, an unreadable file, missing credentials. */
export class CallRefused extends Error {
  override readonly name = "CallRefused";
}

/** The system's word for a failure, such as ENOENT. */
export function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}
