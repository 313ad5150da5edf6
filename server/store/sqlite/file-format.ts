import { closeSync, openSync, readSync, statSync } from "node:fs";

/** The format versions in the header (https://sqlite.org/fileformat.html#file_format_version_numbers). */
export function hasLogMark(path: string): boolean {
  return withFile(path, (read) => read(18, 2).equals(Buffer.of(2, 2)));
}

/** The number of commits in a write-ahead log (https://sqlite.org/fileformat.html#walformat); some may be incomplete. */
export function commitsInLog(log: string): number {
  const size = statSync(log, { throwIfNoEntry: false })?.size ?? 0;
  if (size < 32) return 0;
  return withFile(log, (read) => {
    const header = read(0, 32);
    const frameSize = 24 + header.readUInt32BE(8);
    let commits = 0;
    for (let at = 32; at + frameSize <= size; at += frameSize) {
      const frame = read(at, 24);
      // Frames with other salts are left from before the last reset of the log.
      if (!frame.subarray(8, 16).equals(header.subarray(16, 24))) break;
      if (frame.readUInt32BE(4) > 0) commits += 1;
    }
    return commits;
  });
}

function withFile<T>(file: string, use: (read: (at: number, length: number) => Buffer) => T): T {
  const descriptor = openSync(file, "r");
  try {
    return use((at, length) => {
      const bytes = Buffer.alloc(length);
      readSync(descriptor, bytes, 0, length, at);
      return bytes;
    });
  } finally {
    closeSync(descriptor);
  }
}
