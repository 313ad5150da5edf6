import type { Journal } from "../../../generated/control/types.ts";
import { type Send, send } from "../../http/respond.ts";

/** Sends the journal only where it differs from the one the client has (ETag): the page polls it every second. */
export const sendControl: Send = (response, reply) => {
  if (!isJournal(reply.body)) return send(response, reply);
  const tag = tagOf(reply.body);
  const headers = { ETag: tag };
  if (response.req.headers["if-none-match"] === tag) send(response, { status: 304, headers });
  else send(response, { ...reply, headers });
};

function isJournal(body: unknown): body is Journal {
  return typeof body === "object" && body !== null && "requests" in body && "evicted" in body;
}

/** Entries are only added, or all removed: the latest one and the counts identify a state. */
function tagOf({ requests: [latest], requests: { length }, evicted }: Journal): string {
  const last = latest ? [Date.parse(latest.at), latest.durationMs] : [];
  return `"${[evicted, length, ...last].join("-")}"`;
}
