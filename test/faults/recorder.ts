import { type Connection, openConnection, putBytes, type Reply } from "../../scripts/shared/connection.ts";
import { API } from "../helpers/stub.ts";
import type { SyncRecord } from "./checker.ts";
import { assertionsOf, seenInResult, tokenOf } from "./seen.ts";

/** A profile value that is too long (400), an unknown user (404), a wrong secret (401, then 429). */
export const REJECTED_KINDS = ["too-long", "unknown-user", "wrong-secret"] as const;

export type SyncKind = "good" | (typeof REJECTED_KINDS)[number];

export interface Recorder {
  /** All completed syncs. */
  records: SyncRecord[];
  /** A caller sends one sync at a time on its own connection; `name` is part of its tokens. */
  caller(name: string): Caller;
}

export interface Caller {
  /** Resolves with the outcome; never rejects. */
  sync(userId: string, kind?: SyncKind): Promise<SyncRecord>;
  close(): void;
}

/** The server, whose URL changes with a restart, and the credentials for it. */
export interface Target {
  url: string;
  authorization: string;
}

/** Longer than any deadline of the server. */
const TIMEOUT_MS = 15_000;

/** Sends syncs over HTTP, each with its own token, and records their outcomes. */
export function createRecorder(target: Target): Recorder {
  const records: SyncRecord[] = [];
  const caller = (name: string): Caller => {
    let connection: Connection | undefined;
    let count = 0;
    const close = () => {
      connection?.socket.destroy();
      connection = undefined;
    };
    const open = () => {
      connection = openConnection(target.url);
      connection.socket.setTimeout(TIMEOUT_MS, close);
      return connection;
    };
    return {
      close,
      async sync(userId, kind = "good") {
        count += 1;
        const token = tokenOf(name, count);
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

/** Sends one request on a new connection. */
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
  if (status === 200) return { ...sent, status, outcome: "ok", seen: seenInResult(JSON.parse(body)) };
  return { ...sent, status, outcome: status >= 400 && status < 500 ? "rejected" : "unknown" };
}

/** The bytes of one request, which can be sent repeatedly. */
export function requestBytes({ url, authorization }: Target, { userId, token, kind = "good" }: ToSend): Buffer {
  const assertions = assertionsOf(token);
  if (kind === "too-long") assertions.attributes.push({ key: "nickname", value: token.padEnd(101, "x") });
  const body = JSON.stringify({ audience: API, ...assertions });
  const path = `/v1/users/${kind === "unknown-user" ? `${userId}-unknown` : userId}/$sync`;
  // Another key id: ten wrong secrets delay further attempts of a key.
  const Authorization = kind === "wrong-secret" ? `Basic ${btoa("stranger:wrong")}` : authorization;
  return putBytes(url + path, { Authorization }, body);
}

interface ToSend {
  userId: string;
  token: string;
  kind?: SyncKind;
}
