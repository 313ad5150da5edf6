import { openConnection } from "../../scripts/shared/connection.ts";
import { requestBytes, type Target } from "./recorder.ts";

const TIMES = 10;

/** What a database holds, in a form in which equal is the same. */
export interface Stored {
  users: readonly unknown[];
  rows: number;
}

/** Rule 5: one request again, ten times after each other and ten times at once, changes nothing. One problem a line. */
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
  const answers: string[] = [];
  for (const connection of connections) answers.push(await send(connection));
  answers.push(...(await Promise.all(connections.map(send))));
  const after = await read();
  for (const { send } of connections) send.socket.destroy();
  return [
    ...(expected.startsWith("200 ") ? [] : [`rule 5: the first answer was ${expected}`]),
    ...answers.filter((answer) => answer !== expected).map((answer) => `rule 5: ${answer} instead of ${expected}`),
    ...(JSON.stringify(after.users) === JSON.stringify(before.users) ? [] : ["rule 5: users have changed"]),
    ...(after.rows === before.rows ? [] : [`rule 5: ${after.rows} rows instead of ${before.rows}`]),
  ];
}
