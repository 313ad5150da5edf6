import type { ServerProcess } from "./server-process.ts";

const USERS = ["u-ada", "u-grace"];

/** A changing sign-in as the bytes of one request: `turn` makes each store another value. */
export function signInBytes(
  { url, authorization }: ServerProcess,
  turn: number,
  headers: readonly string[] = [],
): Buffer {
  const { host } = new URL(url);
  const body = JSON.stringify({
    audience: "https://api.acme.example",
    attributes: [{ key: "turn", value: String(turn) }],
    connection: { connectionId: "con_acme-ad", groups: ["engineers"] },
  });
  const head = [
    `PUT /v1/users/${USERS[0]}/$sync HTTP/1.1`,
    `Host: ${host}`,
    `Authorization: ${authorization}`,
    "Content-Type: application/json",
    ...headers,
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  return Buffer.from(`${head.join("\r\n")}\r\n\r\n${body}`);
}
