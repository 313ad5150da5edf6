import { join, relative, resolve } from "node:path";
import { setImmediate } from "node:timers/promises";
import ts from "typescript";

const PARTS = ["code", "tests"] as const;

/** The errors of a part of the project, one text per error, with file and line. */
export interface TypeErrors {
  /** `tests` is the folder `test/`, `code` everything else. */
  part: (typeof PARTS)[number];
  errors: string[];
}

/**
 * A type check of the project in `folder`, with the errors of `tsc`. It keeps the parsed files for the next check: an edit
 * of a contract changes few of them, and the compiler itself is then warm.
 */
export function createTypeCheck(folder: string) {
  const root = resolve(folder);
  let parsed: ReadonlyMap<string, ts.SourceFile> = new Map();

  /**
   * Yields the errors of the code, then those of the tests. Checks for an abort after each file.
   * @throws Error if the project's configuration is invalid, or after an abort
   */
  return async function* check(signal?: AbortSignal): AsyncGenerator<TypeErrors> {
    const { program, files } = programOf(root, parsed);
    parsed = files;
    const [reason] = [...program.getConfigFileParsingDiagnostics(), ...program.getOptionsDiagnostics()];
    if (reason) throw new Error(ts.flattenDiagnosticMessageText(reason.messageText, " "));
    for (const part of PARTS) {
      const isInPart = ({ fileName }: ts.SourceFile) =>
        relative(root, fileName).startsWith("test/") === (part === "tests");
      const found = await errorsOf(program, isInPart, signal);
      yield { part, errors: ts.sortAndDeduplicateDiagnostics(found).map((error) => errorText(root, error)) };
    }
  };
}

async function errorsOf(program: ts.Program, isInPart: (file: ts.SourceFile) => boolean, signal?: AbortSignal) {
  const syntaxErrors = program.getSyntacticDiagnostics();
  // As in `tsc`: without the files that can't be parsed, the types have no meaning.
  if (syntaxErrors.length > 0) return syntaxErrors.filter(({ file }) => isInPart(file));
  const found: ts.Diagnostic[] = [];
  for (const file of program.getSourceFiles().filter(isInPart)) {
    found.push(...program.getSemanticDiagnostics(file));
    await setImmediate();
    signal?.throwIfAborted();
  }
  return found;
}

function programOf(root: string, parsed: ReadonlyMap<string, ts.SourceFile>) {
  const path = join(root, "tsconfig.json");
  const { config, error } = ts.readConfigFile(path, ts.sys.readFile);
  if (error) throw new Error(ts.flattenDiagnosticMessageText(error.messageText, " "));
  const { options, fileNames, errors } = ts.parseJsonConfigFileContent(config, ts.sys, root, {}, path);
  const host = ts.createCompilerHost(options);
  const { getSourceFile } = host;
  const files = new Map<string, ts.SourceFile>();
  host.getCurrentDirectory = () => root;
  host.getSourceFile = (name, ...how) => {
    const last = parsed.get(name);
    const file = last && last.text === ts.sys.readFile(name) ? last : getSourceFile(name, ...how);
    if (file) files.set(name, file);
    return file;
  };
  return {
    program: ts.createProgram({ rootNames: fileNames, options, host, configFileParsingDiagnostics: errors }),
    files,
  };
}

/** Indented lines continue the error above them; the last one has the reason. */
function errorText(root: string, error: ts.Diagnostic): string {
  const host = {
    getCurrentDirectory: () => root,
    getCanonicalFileName: (name: string) => name,
    getNewLine: () => "\n",
  };
  const [text = "", ...reasons] = ts.formatDiagnostic(error, host).trimEnd().split("\n");
  const reason = reasons.at(-1)?.trim();
  return reason === undefined ? text : `${text}\n    ${reason}`;
}
