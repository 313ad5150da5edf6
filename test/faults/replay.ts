import { openConnection } from "../../scripts/shared/connection.ts";
import { requestBytes, type Target } from "./recorder.ts";

const TIMES = 10;

/** The content of a database, comparable as JSON. */
export interface Stored {
  users: readonly unknown[];
  rows: number;
}

/** Rule 5: a request repeated ten times serially and ten times concurrently changes nothing. */
export async function replayProblems(
  targets: readonly Target[],
  userId: string,
  read: () => Promise<Stored> | Stored,
): Promise<string[]> {
  const connections = Array.from({ length: TIMES }, (_, index) => {
    const target = targets[index % targets.length] as Target;
    const bytes = requestBytes(target, { userId, token: "t-replay.1" });
    return { send: openConnection(target.url), bytes };
  });
  const send = async ({ send: { send }, bytes }: (typeof connections)[number]) => {
    const { status, body } = await send(bytes);
    return `${status} ${body}`;
  };
  const [first] = connections;
  const expected = first ? await send(first) : "no server";
  const before = await read();
  const responses: string[] = [];
  for (const connection of connections) responses.push(await send(connection));
  responses.push(...(await Promise.all(connections.map(send))));
  const after = await read();
  for (const { send } of connections) send.socket.destroy();
  return [
    ...(expected.startsWith("200 ") ? [] : [`rule 5: the first response was ${expected}`]),
    ...responses.filter((one) => one !== expected).map((one) => `rule 5: ${one} instead of ${expected}`),
    ...(JSON.stringify(after.users) === JSON.stringify(before.users) ? [] : ["rule 5: users have changed"]),
    ...(after.rows === before.rows ? [] : [`rule 5: ${after.rows} rows instead of ${before.rows}`]),
  ];
}
