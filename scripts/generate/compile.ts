import ts from "typescript";

/** Files in memory lie in this folder, which no machine has. */
const FOLDER = "/generated-in-memory/";

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2024,
  module: ts.ModuleKind.NodeNext,
  strict: true,
  exactOptionalPropertyTypes: true,
  noEmit: true,
  allowImportingTsExtensions: true,
  // What is generated needs nothing of the newer libraries, and this one is read in a fifth of their time.
  lib: ["lib.es5.d.ts"],
  types: [],
  skipDefaultLibCheck: true,
};

/** Library files, parsed once a process; `--watch` compiles at each save. */
const LIBRARY = new Map<string, ts.SourceFile | undefined>();

/** A program over `files` (name → text), which see each other and the language's own library, and nothing else. */
export function programOf(files: ReadonlyMap<string, string>): ts.Program {
  const texts = new Map(Array.from(files, ([name, text]) => [`${FOLDER}${name}`, text]));
  const host: ts.CompilerHost = {
    ...ts.createCompilerHost(OPTIONS),
    getSourceFile: (path, version) => {
      const text = texts.get(path);
      if (text !== undefined) return ts.createSourceFile(path, text, version);
      if (!LIBRARY.has(path)) LIBRARY.set(path, ts.createSourceFile(path, ts.sys.readFile(path) ?? "", version));
      return LIBRARY.get(path);
    },
    fileExists: (path) => texts.has(path) || ts.sys.fileExists(path),
    readFile: (path) => texts.get(path) ?? ts.sys.readFile(path),
    directoryExists: (path) => `${path}/`.startsWith(FOLDER) || ts.sys.directoryExists(path),
  };
  return ts.createProgram([...texts.keys()], OPTIONS, host);
}

/** The file of `program` that was given as `name`. */
export function sourceFileOf(program: ts.Program, name: string): ts.SourceFile {
  const file = program.getSourceFile(`${FOLDER}${name}`);
  if (!file) throw new Error(`${name} is not part of the program.`);
  return file;
}

/** What the compiler has against the rendered sources, taken together; each fault is the generator's own. */
export function compileErrors(rendered: ReadonlyMap<string, string>): string[] {
  const sources = new Map(Array.from(rendered).filter(([file]) => file.endsWith(".ts")));
  return ts.getPreEmitDiagnostics(programOf(sources)).map(({ file, start = 0, messageText }) => {
    const place = file ? `${file.fileName.slice(FOLDER.length)}:${lineOf(file, start)}: ` : "";
    return `${place}${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
  });
}

function lineOf(file: ts.SourceFile, position: number): number {
  return ts.getLineAndCharacterOfPosition(file, position).line + 1;
}
