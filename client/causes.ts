import { printable } from "./text.ts";

/** Characters. */
export const TEXT_LIMIT = 256;

/**
 * The first `count` violations that a problem document lists, with the members of the contract. The server may send any
 * JSON object.
 */
export function violationsIn(problem: unknown, count: number) {
  const { errors } = Object(problem);
  if (!Array.isArray(errors)) return undefined;
  return errors.slice(0, count).map((violation) => {
    const { in: place, name, pointer, detail } = Object(violation);
    return { in: textOf(place), name: textOf(name), pointer: textOf(pointer), detail: textOf(detail) };
  });
}

export function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? printable(value, TEXT_LIMIT) : undefined;
}

/** Phrases in the messages of runtimes without codes; such a message can contain the URL with the user id. */
const PHRASE = /connection (refused|reset|closed|lost)|dns error|certificate|bad port|match the HTTP.1.1 protocol/i;

const NAMES: readonly [code: RegExp, name: string][] = [
  [/REFUSED/i, "connection refused"],
  [/NOTFOUND|EAI_AGAIN/, "DNS"],
  [/CERT|SSL|TLS|SIGNATURE|EPROTO/, "TLS"],
  [/RESET|SOCKET|EPIPE|CLOSED/i, "connection lost"],
];

/**
 * The reason for which a fetch failed, such as ` (connection refused: ECONNREFUSED)`: the first code of the error and its
 * causes, or a known phrase; empty if the runtime gives no reason.
 */
export function reasonOf(error: unknown, depth = 5): string {
  const { code, message, cause } = Object(error);
  const [found] = /^[A-Z]\w+$/.exec(code) ?? [];
  if (found) return ` (${NAMES.find(([pattern]) => pattern.test(found))?.[1] ?? "code"}: ${found})`;
  const [phrase] = PHRASE.exec(message) ?? [];
  if (phrase) return ` (${phrase})`;
  return cause && depth ? reasonOf(cause, depth - 1) : "";
}

/** Undefined for an error that contains what the server sent, which can be anything: undici's for a response that is not HTTP. */
export function withoutData(error: unknown): unknown {
  return "data" in Object(Object(error).cause) ? undefined : error;
}
