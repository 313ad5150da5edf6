import { successKeys } from "../../../server/contract/document.ts";
import type { DeclaredResponse } from "../../../server/contract/operations.ts";

/** Registered statuses by class, https://www.iana.org/assignments/http-status-codes. */
const STATUSES: Readonly<Record<string, readonly number[]>> = {
  "1XX": [100, 101, 102, 103],
  "2XX": [200, 201, 202, 203, 204, 205, 206, 207, 208, 226],
  "3XX": [300, 301, 302, 303, 304, 305, 307, 308],
  "4XX": [
    ...[400, 401, 402, 403, 404, 405, 406, 407, 408, 409, 410, 411, 412, 413, 414, 415, 416, 417, 421],
    ...[422, 423, 424, 425, 426, 428, 429, 431, 451],
  ],
  "5XX": [500, 501, 502, 503, 504, 505, 506, 507, 508, 511],
};

interface ResponseContext {
  /** The type of the operation. */
  type: string;
  declared: DeclaredResponse;
  /** All keys of the operation's responses. */
  statuses: readonly string[];
}

/** One response of the union that a handler may return. */
export function responseType(key: string, { type, declared, statuses }: ResponseContext): string {
  const { mediaTypes } = declared;
  const headers = headersOf(declared);
  const isOptional = headers.every(([, { required }]) => !required);
  const typed = headers.length === 0 ? "" : `headers${isOptional ? "?" : ""}: ${headersType(declared)}; `;
  const head = `status: ${statusType(key, statuses)}; ${typed}`;
  if (mediaTypes.length === 0) return `{ ${head}body?: undefined }`;
  const content = `${type}["responses"][${/^\d+$/.test(key) ? key : JSON.stringify(key)}]["content"]`;
  const isText = mediaTypes.some((mediaType) => !/[/+]json$/.test(mediaType));
  return `{ ${head}mediaType?: keyof ${content}; body: ${content}[keyof ${content}]${isText ? " | Uint8Array" : ""} }`;
}

/** The headers but X-Request-Id, which the server and the client set themselves. */
export function headersType(declared: DeclaredResponse): string {
  const members = headersOf(declared).map(
    ([name, { required }]) => `${JSON.stringify(name)}${required ? "" : "?"}: string`,
  );
  return members.length === 0 ? "{}" : `{ ${members.join("; ")} }`;
}

function headersOf({ headers }: DeclaredResponse) {
  return Object.entries(headers).filter(([name]) => name.toLowerCase() !== "x-request-id");
}

export function statusType(key: string, statuses: readonly string[]): string {
  return statusesOf(key, statuses).join(" | ") || "never";
}

/** A status, or the registered statuses of a range or of the default that the operation does not declare itself. */
export function statusesOf(key: string, statuses: readonly string[]): readonly number[] {
  if (/^\d+$/.test(key)) return [Number(key)];
  const covered = (status: number) => statuses.includes(String(status)) || statuses.includes(`${String(status)[0]}XX`);
  const ranges = key === "default" ? [...(successKeys(statuses).includes(key) ? ["2XX"] : []), "4XX", "5XX"] : [key];
  const all = ranges.flatMap((range) => STATUSES[range] ?? []);
  return all.filter((status) => !statuses.includes(String(status)) && (key !== "default" || !covered(status)));
}
