import { type Connection, openConnection, type Reply } from "../../scripts/shared/connection.ts";
import { API } from "../helpers/stub.ts";
import type { SyncRecord } from "./checker.ts";
import { assertionsOf, seenInAnswer, tokenOf } from "./seen.ts";

/** Why a sync is refused: too long a profile value (400), a user whom nobody knows (404), a wrong secret (401, then 429). */
export const REFUSED_KINDS = ["too-long", "unknown-user", "wrong-secret"] as const;

export type SyncKind = "good" | (typeof REFUSED_KINDS)[number];

export interface Recorder {
  /** Every sync that is over. */
  records: SyncRecord[];
  /** A caller with a connection of its own, which sends one sync after the other; `name` is part of its tokens. */
  caller(name: string): Caller;
}

export interface Caller {
  /** Never rejects: what became of it is the record. */
  sync(userId: string, kind?: SyncKind): Promise<SyncRecord>;
  close(): void;
}

/** Where the server is, which changes when it is started again, and how to get in. */
export interface Target {
  url: string;
  authorization: string;
}

/** Longer than the server may take for anything: what is unknown then has happened or never will. */
const PATIENCE_MS = 15_000;

/** Sends syncs through the wire, each with a token of its own, and notes what became of them. */
export function createRecorder(target: Target): Recorder {
  const records: SyncRecord[] = [];
  const caller = (name: string): Caller => {
    let connection: Connection | undefined;
    let turn = 0;
    const close = () => {
      connection?.socket.destroy();
      connection = undefined;
    };
    const open = () => {
      connection = openConnection(target.url);
      connection.socket.setTimeout(PATIENCE_MS, close);
      return connection;
    };
    return {
      close,
      async sync(userId, kind = "good") {
        turn += 1;
        const token = tokenOf(name, turn);
        const bytes = requestBytes(target, { userId, token, kind });
        const start = performance.now();
        const reply = await (connection ?? open()).send(bytes).catch(() => undefined);
        const record = recordOf({ userId, token, start, end: performance.now() }, reply);
        records.push(record);
        if (!reply || reply.closes) close();
        return record;
      },
    };
  };
  return { records, caller };
}

/** One request on a connection of its own. */
export async function sendOnce({ url }: Target, bytes: Buffer): Promise<Reply> {
  const { socket, send } = openConnection(url);
  try {
    return await send(bytes);
  } finally {
    socket.destroy();
  }
}

function recordOf(
  sent: Pick<SyncRecord, "userId" | "token" | "start" | "end">,
  reply: { status: number; body: string } | undefined,
): SyncRecord {
  const { status, body } = reply ?? { status: 0, body: "" };
  if (status === 200) return { ...sent, status, outcome: "ok", seen: seenInAnswer(JSON.parse(body)) };
  return { ...sent, status, outcome: status >= 400 && status < 500 ? "refused" : "unknown" };
}

/** The same sync as bytes, any number of times. */
export function requestBytes({ url, authorization }: Target, { userId, token, kind = "good" }: ToSend): Buffer {
  const assertions = assertionsOf(token);
  if (kind === "too-long") assertions.attributes.push({ key: "nickname", value: token.padEnd(101, "x") });
  const body = JSON.stringify({ audience: API, ...assertions });
  const head = [
    `PUT /v1/users/${kind === "unknown-user" ? `${userId}-nobody` : userId}/$sync HTTP/1.1`,
    `Host: ${new URL(url).host}`,
    // Not the id of the right key: after ten wrong secrets even its right one would be refused.
    `Authorization: ${kind === "wrong-secret" ? `Basic ${btoa("stranger:wrong")}` : authorization}`,
    "Content-Type: application/json",
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  return Buffer.from(`${head.join("\r\n")}\r\n\r\n${body}`);
}

interface ToSend {
  userId: string;
  token: string;
  kind?: SyncKind;
}
