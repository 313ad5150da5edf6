import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { openPool } from "../../../../server/store/postgres/pool.ts";
import { BEGIN, rollBack, transact } from "../../../../server/store/postgres/transaction.ts";
import { temporaryPostgres } from "../../../helpers/postgres.ts";

test("a rollback that ends after the deadline does not break the next transaction on the connection", async () => {
  const { pool, connect } = openPool({ url: await temporaryPostgres(), poolSize: 1 });
  onTestFinished(() => pool.end());
  await pool.query("SELECT 1");
  const late = { withinMs: 100 };
  await transact(
    connect,
    async (send) => {
      await send(BEGIN);
      send({ text: "SELECT pg_sleep(0.3)", query_timeout: 2_000 }).catch(() => {});
      await sleep(late.withinMs);
      rollBack(send);
    },
    late,
  );
  const [{ rows } = { rows: [] }] = await transact(connect, (send) => send({ text: "SELECT 'a' AS a" }), {
    withinMs: 2_000,
  });
  expect(rows).toEqual([{ a: "a" }]);
});
