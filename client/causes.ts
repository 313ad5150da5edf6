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

/**
 * Why there was no complete response. `protocol`: the server does not speak HTTP, or the response is broken; `timeout`: a time
 * limit of the runtime or the operating system; `other`: the runtime gives no reason, or another one, see `cause`.
 */
export type NetworkReason =
  | "connection refused"
  | "connection lost"
  | "DNS"
  | "TLS"
  | "proxy"
  | "protocol"
  | "timeout"
  | "unreachable"
  | "other";

/** Says more than the code of its error. */
const PROXY = /proxy response .\d+./i;
/** Phrases in the messages of runtimes without codes; such a message can contain the URL with the user id. */
const PHRASE =
  /connection (refused|reset|closed|lost)|reading a body|dns error|certificate|corrupt message|bad port|match the HTTP.1.1 protocol|invalid HTTP|tunnel error|proxy auth\w*/i;

const REASONS: readonly [clue: RegExp, reason: NetworkReason][] = [
  [/refused/i, "connection refused"],
  [/notfound|eai_|dns/i, "DNS"],
  [/cert|ssl|tls|signature|eproto$|corrupt/i, "TLS"],
  [/proxy|tunnel/i, "proxy"],
  [/timeout|timedout/i, "timeout"],
  [/unreach/i, "unreachable"],
  [/reset|socket|epipe|closed|lost|reading/i, "connection lost"],
  [/hpe|http|_res_|headers|^z/i, "protocol"],
];

/**
 * The reason for which a fetch failed, and how messages name it, such as ` (connection refused: ECONNREFUSED)`: with the first
 * code of the error and its causes, or a known phrase; empty if the runtime gives no reason.
 */
export function causeOf(error: unknown, depth = 5): { reason: NetworkReason; words: string } {
  const { code, message, cause } = Object(error);
  const [found] = PROXY.exec(message) ?? /^[A-Z]\w+$/.exec(code) ?? PHRASE.exec(message) ?? [];
  if (!found && cause && depth) return causeOf(cause, depth - 1);
  const reason = REASONS.find(([clue]) => clue.test(found ?? ""))?.[1] ?? "other";
  return { reason, words: found ? ` (${reason}: ${found})` : "" };
}

/**
 * Undefined for an error that contains what a server sent, which can be anything, also the request with its secrets: undici's for
 * a response that is not HTTP.
 */
export function withoutData(error: unknown): unknown {
  return [error, Object(error).cause].some((one) => "data" in Object(one)) ? undefined : error;
}
