import { dirname, relative, sep } from "node:path";
import type { Diagnostic, Pointer } from "../diagnostic.ts";
import { type Locate, type ParsedContract, parseYaml } from "../parse.ts";

export interface ContractPath {
  /** Absolute path of the contract. Only files below its folder are read. */
  path: string;
  read: (path: string) => Promise<string>;
}

interface SourceFile {
  value: unknown;
  source: string;
  locate: Locate;
}

/** The files of one contract. Other files are named relative to the contract's folder. */
export function sourceFiles({ path, read }: ContractPath, { document, source, locate }: ParsedContract) {
  const files = new Map<string, SourceFile>([[path, { value: document, source, locate }]]);
  const errors: Diagnostic[] = [];
  const folder = dirname(path);
  const nameOf = (file: string) => relative(folder, file).split(sep).join("/");
  const placeIn = (file: string, pointer: Pointer, at?: "key" | "value") => {
    const place = files.get(file)?.locate(pointer, at) ?? locate([]);
    return file === path ? place : { ...place, file: nameOf(file) };
  };
  return {
    files,
    /** Syntax errors. */
    errors,
    placeIn,
    otherSources() {
      const others = Array.from(files).filter(([file]) => file !== path);
      return new Map(others.map(([file, other]) => [nameOf(file), other.source]));
    },
    /** Reads and parses a file below the contract's folder. @throws Error with the reason why that is not possible */
    async parse(file: string): Promise<unknown> {
      const refusal = refusalOf(file, nameOf(file));
      if (refusal !== undefined) throw new Error(refusal);
      const text = await read(file).catch(() => {
        // A watch waits for the file.
        files.set(file, { value: undefined, source: "", locate });
        throw new Error(`The file '${nameOf(file)}' can't be read.`);
      });
      const { problems, ...parsed } = parseYaml(text);
      files.set(file, { ...parsed, source: text });
      for (const { line, column, length, message } of problems) {
        errors.push({ line, column, length, file: nameOf(file), rule: "yaml", message });
      }
      if (problems.length > 0 || isReferable(parsed.value)) return parsed.value;
      throw new Error(`The file '${nameOf(file)}' is no YAML mapping. Refer to a file with an object.`);
    },
  };
}

/** The reason why a file is not read. */
function refusalOf(file: string, name: string): string | undefined {
  if (/^[a-z][a-z+.-]+:/i.test(file)) {
    return `'${file}' is a URL, and generation uses no network. Save the file below the contract's folder.`;
  }
  if (name.startsWith("../")) return `'${name}' is not below the contract's folder. Move it.`;
  return name.includes("#") ? `'${name}' leads to an anchor. Write a place: '#/…'.` : undefined;
}

function isReferable(value: unknown): boolean {
  return (typeof value === "object" && value !== null) || typeof value === "boolean";
}
