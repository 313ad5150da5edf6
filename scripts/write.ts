import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";

export interface Difference {
  file: string;
  cause: "missing" | "differs" | "extra";
}

/** What in `folder` is not as rendered. Line endings alone make no difference: a checkout may have changed them. */
export async function compare(folder: string, rendered: ReadonlyMap<string, string>): Promise<Difference[]> {
  const present = await readdir(folder).catch((): string[] => []);
  const expected = await Promise.all(
    [...rendered].map(async ([file, text]): Promise<Difference[]> => {
      if (!present.includes(file)) return [{ file, cause: "missing" }];
      const found = await readFile(join(folder, file), "utf8");
      return found.replaceAll("\r\n", "\n") === text ? [] : [{ file, cause: "differs" }];
    }),
  );
  const extra = present.filter((file) => !rendered.has(file)).map((file) => ({ file, cause: "extra" }) as const);
  return [...expected.flat(), ...extra];
}

/** Writes the named files, each by a temporary file and a rename, so that no reader sees half of one. */
export async function write(folder: string, rendered: ReadonlyMap<string, string>, files: string[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const file of files) {
    const temporary = join(folder, `.${file}.${process.pid}`);
    await writeFile(temporary, rendered.get(file) ?? "");
    await rename(temporary, join(folder, file));
  }
}
