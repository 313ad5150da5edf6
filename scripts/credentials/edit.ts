import { isDeepStrictEqual } from "node:util";
import { isMap, isScalar, isSeq, type ParsedNode, parseDocument, type YAMLSeq } from "yaml";
import { type CredentialEntry, type CredentialsFile, parseCredentials } from "../../server/auth/credentials-file.ts";
import type { ListName } from "../../server/auth/credentials-schema.ts";

/** A file without any credentials. */
export const EMPTY = '{\n  "apiKeys": [],\n  "applicationTokens": []\n}\n';

/** The text, if it says what was meant: an edit by places must never damage what others need to get in. */
export function verified(text: string, meant: CredentialsFile): string {
  if (isDeepStrictEqual(parseCredentials(Buffer.from(text), "The edited file"), meant)) return text;
  throw new Error("The edit went wrong, and nothing was written.");
}

/** The text with one entry more at the end of a list; every other byte stays. JSON is YAML, whose parser knows places. */
export function withEntry(text: string, list: ListName, entry: CredentialEntry): string {
  const { items, range } = listIn(text, list);
  const [start, end] = range ?? [0, 0];
  const [first, last] = [items[0], items.at(-1)];
  if (!first || !last) {
    return `${text.slice(0, start)}[${laidOut(entry, "\n    ")}\n  ]${text.slice(end)}`;
  }
  const space = text.slice(start + 1, first.range[0]);
  return insert(text, last.range[1], `,${laidOut(entry, space || " ")}`);
}

/** The text with the time at which an entry was revoked; every other byte stays. */
export function withRevoked(text: string, list: ListName, { index, time }: { index: number; time: string }): string {
  const entry = listIn(text, list).items[index];
  const members = isMap<ParsedNode, ParsedNode>(entry) ? entry.items : [];
  const [first, last] = [members[0], members.at(-1)];
  if (!entry || !first || !last?.value) throw new Error(`There is no entry ${index} in ${list}.`);
  const space = text.slice(entry.range[0] + 1, first.key.range[0]);
  return insert(text, last.value.range[1], `,${space || " "}"revoked": ${JSON.stringify(time)}`);
}

/** The last of its name, which is the one that counts in JSON. */
function listIn(text: string, list: ListName): YAMLSeq<ParsedNode> {
  const { contents } = parseDocument(text, { uniqueKeys: false });
  const members = isMap<ParsedNode, unknown>(contents) ? contents.items : [];
  const value = members.findLast(({ key }) => isScalar(key) && key.value === list)?.value;
  if (!isSeq<ParsedNode>(value)) throw new Error(`There is no list ${list}.`);
  return value;
}

/** An entry after the space that stands before its neighbours: on lines of its own where they are. */
function laidOut(entry: CredentialEntry, space: string): string {
  const [indent] = /\r?\n[ \t]*$/.exec(space) ?? [];
  if (indent === undefined) return space + JSON.stringify(entry);
  const members = Object.entries(entry).map(([name, value]) => `${indent}  "${name}": ${inline(value)}`);
  return `${space}{${members.join(",")}${indent}}`;
}

function inline(value: unknown): string {
  return Array.isArray(value) ? `[${value.map((item) => JSON.stringify(item)).join(", ")}]` : JSON.stringify(value);
}

function insert(text: string, at: number, added: string): string {
  return text.slice(0, at) + added + text.slice(at);
}
