/** An error that the operator can fix, in one line: a wrong option, an unreadable file, missing credentials. */
export class CommandError extends Error {
  override readonly name = "CommandError";
}

/** The system's error code, such as ENOENT. */
export function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}
