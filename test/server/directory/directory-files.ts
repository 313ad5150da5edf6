import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import type { Directory, User } from "../../../generated/types.ts";
import { checkDirectory } from "../../../server/directory/directory.ts";
import { DirectoryRefused } from "../../../server/directory/directory-refused.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

/** Writes a file that is removed at the end of the test. */
export function fileOf(name: string, content: string | Uint8Array): string {
  const file = join(temporaryFolder(), name);
  writeFileSync(file, content);
  return file;
}

export const lines = (...values: unknown[]) => values.map((value) => `${JSON.stringify(value)}\n`).join("");

/** Checks and reads a directory as a store does. */
export async function read(source: string | Directory): Promise<Directory> {
  const directory = await checkDirectory(source);
  const { roles, roleConnectionMaps, total } = directory;
  const users: User[] = [];
  for await (const user of directory.users()) users.push(user);
  expect(total).toBe(roles.length + roleConnectionMaps.length + users.length);
  directory.close();
  return { users, roles: [...roles], roleConnectionMaps: [...roleConnectionMaps] };
}

/** All problems of a directory, with file names instead of paths. */
export async function problemsOf(source: unknown): Promise<string[]> {
  const error = await read(source as Directory).catch((refused: unknown) => refused);
  if (!(error instanceof DirectoryRefused)) throw new Error("The directory was not refused.", { cause: error });
  const count = error.problems.length;
  expect(error.message).toBe(`The directory was not loaded: ${count} problem${count === 1 ? "" : "s"}.`);
  return error.problems.map((problem) => problem.replace(/^.*?\/(?=directory\.)/, ""));
}
