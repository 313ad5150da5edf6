import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const MAX_FILES = 18;

interface Import {
  from: string;
  to: string;
  /** Erased at run time. */
  isType: boolean;
}

/** Paths relative to the project, with "/" on every platform; no built files. */
function filesOf(pattern: string): string[] {
  const exclude = ["client/dist", "server/package/dist", "test/environments/node_modules"];
  return globSync(pattern, { cwd: ROOT, exclude }).map((file) => file.replaceAll("\\", "/"));
}

const FILES = filesOf("{server,client,scripts}/**/*.{ts,js}");
const IMPORTS = FILES.flatMap(importsOf);

/** The imports of project files, static and dynamic. */
function importsOf(from: string): Import[] {
  const text = readFileSync(join(ROOT, from), "utf8");
  const found = text.matchAll(/^(?:import|export) ([^;"]*?)from "(\.[^"]+)"|\bimport\(?\s*"(\.[^"]+)"/gm);
  return Array.from(found, ([, clause, named, other]) => {
    const names = /^\{([^}]*)\} $/s
      .exec(clause ?? "")?.[1]
      ?.split(",")
      .filter((name) => name.trim() !== "");
    const isType = clause?.startsWith("type ") || names?.every((name) => name.trim().startsWith("type "));
    return { from, to: join(dirname(from), named ?? other ?? "").replaceAll("\\", "/"), isType: isType ?? false };
  });
}

/** `server/auth/jwks.ts` → `server/auth`; files directly in a root folder belong to it. */
function folderOf(file: string): string {
  const [root = "", ...rest] = file.split("/");
  return root === "server" && rest.length > 1 ? `server/${rest[0]}` : root;
}

const BELOW_STUB = ["contract", "http", "auth", "identity", "directory", "store", "handlers", "proof"].map(
  (name) => `server/${name}`,
);
/** Folders that a folder may import besides itself and generated/. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  "server/contract": [],
  "server/identity": [],
  "server/http": ["server/contract", "server/identity"],
  "server/auth": ["server/contract", "server/http"],
  "server/directory": ["server/contract", "server/identity"],
  "server/store": ["server/command-line", "server/directory", "server/identity"],
  "server/handlers": ["server/contract", "server/http", "server/identity", "server/store"],
  "server/proof": ["server/contract", "server/http"],
  "server/conformance": ["server", "server/command-line", "server/contract", "server/http", "server/proof"],
  "server/settings": ["server", "server/auth", "server/command-line", "server/store"],
  "server/stub": ["server", ...BELOW_STUB],
  "server/package": ["server", "server/stub"],
  "server/command-line": [],
  "server/credentials": ["server/auth", "server/command-line"],
  server: [...BELOW_STUB, "server/settings"],
  client: [],
  scripts: [
    ...["server", "server/settings", "server/stub", "server/command-line", "server/credentials", "client"],
    ...BELOW_STUB,
  ],
};
/** Folders of which only types may be imported, in addition to ALLOWED. */
const TYPES_OF: Readonly<Record<string, readonly string[]>> = {
  "server/stub": ["server/settings"],
  "server/http": ["server/auth", "server/store"],
  "server/handlers": ["server/auth"],
};
/** Any folder of the server except identity/ may import these. */
const LEAVES = ["server/clock.ts", "server/configuration-error.ts", "server/json-text.ts", "server/nearest.ts"];

/** Files that import modules dynamically: each command when it runs, and the stub with `--mode stub` only. */
const DYNAMIC: Readonly<Record<string, string>> = {
  "server/commands.ts": "server/",
  "server/serve.ts": "server/stub/",
};

function isAllowed({ from, to, isType }: Import): boolean {
  const [source, target] = [folderOf(from), folderOf(to)];
  if (source === target || target === "generated" || ALLOWED[source]?.includes(target)) return true;
  if (isType && TYPES_OF[source]?.includes(target)) return true;
  if (source === "client" && to === "server/nearest.ts") return true;
  if (LEAVES.includes(to)) return source.startsWith("server/") && source !== "server/identity";
  const dynamic = DYNAMIC[from];
  if (dynamic) return to.startsWith(dynamic);
  return from.startsWith("client/testing") && /^server\/contract\/(operations|document)\.ts$/.test(to);
}

function textOf({ from, to }: Import): string {
  return `${from} imports ${to}`;
}

/** Import cycles as text: `a.ts → b.ts → a.ts`. */
function cycles(): string[] {
  const targets = Map.groupBy(IMPORTS, ({ from }) => from);
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): string[] => {
    if (path.includes(file)) return [[...path.slice(path.indexOf(file)), file].join(" → ")];
    if (done.has(file)) return [];
    const found = (targets.get(file) ?? []).flatMap(({ to }) => visit(to, [...path, file]));
    done.add(file);
    return found;
  };
  return FILES.flatMap((file) => visit(file, []));
}

describe("imports", () => {
  test("are found in every folder", () => {
    expect(new Set(IMPORTS.map(({ from }) => folderOf(from)))).toEqual(new Set(Object.keys(ALLOWED)));
  });

  test("have no cycle", () => expect(cycles()).toEqual([]));

  test("point only to allowed folders", () => {
    expect(IMPORTS.filter((one) => !isAllowed(one)).map(textOf)).toEqual([]);
  });
});

test.for([
  ["code", FILES, 150],
  ["test", filesOf("test/**/*.ts"), 300],
] as const)("no %s file has more lines than its limit", ([, files, max]) => {
  const lines = (file: string) => readFileSync(join(ROOT, file), "utf8").split("\n").length - 1;
  expect(files.filter((file) => lines(file) > max)).toEqual([]);
});

test(`no code folder has more than ${MAX_FILES} files`, () => {
  const folders = Map.groupBy(FILES, (file) => dirname(file));
  expect([...folders].filter(([, files]) => files.length > MAX_FILES).map(([folder]) => folder)).toEqual([]);
});
