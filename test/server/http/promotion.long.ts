import { expect, test } from "vitest";
import { requestBytes, USERS } from "../../../scripts/bench/sign-ins.ts";
import { openConnection } from "../../../scripts/shared/connection.ts";
import { startMeasuredService } from "../../helpers/measured-server.ts";

const CONNECTIONS = 16;
const WARM_UP = 10_000;
const REQUESTS = 40_000;

test("scavenges move fewer than 1,000 bytes per request to the old space, because nothing keeps a request", async () => {
  const { url, authorization, measure, end } = await startMeasuredService();
  const plan = { headers: { Authorization: authorization }, kind: "same", users: USERS } as const;
  const sync = async (count: number) => {
    let sent = 0;
    const drive = async () => {
      const { socket, send } = openConnection(url);
      while (sent < count) {
        sent += 1;
        expect((await send(requestBytes(url, plan, sent))).status).toBe(200);
      }
      socket.destroy();
    };
    await Promise.all(Array.from({ length: CONNECTIONS }, drive));
  };
  await sync(WARM_UP);
  await measure();
  await sync(REQUESTS);
  const { promoted } = await measure();
  expect(promoted / REQUESTS).toBeLessThan(1_000);
  await end();
}, 120_000);
