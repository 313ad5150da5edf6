import type { Request } from "autocannon";
import type { Contestant } from "./contestants.ts";
import { requestsOf } from "./requests.ts";
import { type Figures, type Racer, type Turns, takeTurns } from "./rounds.ts";
import { Unavailable } from "./unavailable.ts";

export interface Result extends Figures {
  name: string;
  title: string;
  isOurs: boolean;
  /** Bytes of an answer's body. */
  answerBytes: number;
}

/** Starts all contestants, each in its own process, and loads them in turn. Who can't be started is told, and left out. */
export async function race(
  contestants: readonly Contestant[],
  turns: Turns,
  print: (line: string) => void,
): Promise<Result[]> {
  const racers: (Racer & { contestant: Contestant; answerBytes: number })[] = [];
  try {
    for (const contestant of contestants) {
      turns.progress(`starting ${contestant.name}`);
      const server = await contestant.start().catch((error: unknown) => {
        if (!(error instanceof Unavailable)) throw error;
        print(`skip   ${contestant.name}: ${error.message}`);
      });
      if (!server) continue;
      const { name, status, plan } = contestant;
      const racer = { name, status, plan, server, contestant, answerBytes: 0 };
      racers.push(racer);
      racer.answerBytes = await checked(racer);
    }
    const figures = await takeTurns(racers, turns);
    return racers.flatMap(({ name, contestant, answerBytes }) => {
      const own = figures.get(name);
      return own ? [{ name, title: contestant.title, isOurs: contestant.isOurs, answerBytes, ...own }] : [];
    });
  } finally {
    await Promise.all(racers.map(({ server }) => server.end()));
  }
}

/**
 * Sends a user's requests one after the other: each must be answered as expected, and a sync of ours must store another
 * state exactly where it should. Answers with the size of an answer.
 */
async function checked({
  name,
  status,
  plan,
  server,
  contestant,
}: Racer & { contestant: Contestant }): Promise<number> {
  const [first] = requestsOf(plan, 0, 0);
  const requests = requestsOf(plan, 0, 0).filter(({ path }) => path === first?.path);
  const bodies: string[] = [];
  for (const request of [...requests, ...requests].slice(0, 3)) {
    const answer = await send(server.url, request);
    bodies.push(await answer.text());
    if (answer.status !== status) throw new Error(`${name} answers ${answer.status}, not ${status}: ${bodies.at(-1)}`);
  }
  const isSame = new Set(bodies.map(stateIn)).size === 1;
  if (contestant.isOurs && status === 200 && isSame !== (plan.kind === "same")) {
    throw new Error(`${name} ${isSame ? "stores nothing" : "stores something"}, and should not.`);
  }
  return Buffer.byteLength(bodies[0] ?? "");
}

function send(url: string, { path, headers, body }: Request): Promise<Response> {
  return fetch(`${url}${path}`, { method: "PUT", headers: headers as Record<string, string>, body: String(body) });
}

/** What a sync of ours that stores something never leaves as it was. */
function stateIn(body: string): string {
  const { user } = JSON.parse(body);
  return JSON.stringify([user?.attributes, user?.modified, user?.modifiedBy]);
}
