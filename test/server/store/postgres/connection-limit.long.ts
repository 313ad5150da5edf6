import { expect, onTestFinished, test } from "vitest";
import { holdUser, query, temporaryPostgres } from "../../../helpers/postgres.ts";
import { countUp, directoryOf } from "../store-under-test.ts";
import { storeAt } from "./under-test.ts";

/** The URL of an empty database for a role that may have this many connections. */
async function limitedTo(connections: number): Promise<{ url: string; owner: string }> {
  const owner = await temporaryPostgres();
  const name = new URL(owner).pathname.slice(1);
  await query(owner, `CREATE ROLE ${name} LOGIN PASSWORD 'planted' CONNECTION LIMIT ${connections}`);
  await query(owner, `GRANT CREATE ON SCHEMA public TO ${name}`);
  onTestFinished(async () => {
    const postgres = Object.assign(new URL(owner), { pathname: "postgres" }).href;
    await query(owner, `DROP OWNED BY ${name} CASCADE`);
    await query(postgres, `DROP ROLE ${name}`);
  });
  return { url: Object.assign(new URL(owner), { username: name, password: "planted" }).href, owner };
}

const userIds = Array.from({ length: 40 }, (_, index) => `u-${index}`);
const directory = () => directoryOf({ users: userIds.map((id) => ({ id })) });

test("a pool larger than the role's limit waits for its own connections", async () => {
  const { url, owner } = await limitedTo(3);
  const { store, lines } = await storeAt(url, { poolSize: 10 });
  await store.load(directory());
  // These syncs each occupy a connection, in addition to those of the shared transactions.
  const release = await holdUser(owner, "u-0", "u-1");
  onTestFinished(release);
  const held = ["u-0", "u-1"].map((userId) => countUp(store, userId));

  const others = userIds.slice(2).flatMap((userId) => [countUp(store, userId), store.user(userId)]);
  const counts = (await Promise.all(others)).filter((result) => typeof result === "number");
  await release();

  expect(counts).toEqual(userIds.slice(2).map(() => 1));
  expect(await Promise.all(held)).toEqual([1, 1]);
  const limited = lines.filter((line) => line.includes("too many connections"));
  expect(limited).toEqual([expect.stringContaining("lower --database-pool")]);
});

test("two connections suffice for a start, a load and syncs", async () => {
  const { url } = await limitedTo(2);
  const { store } = await storeAt(url, { poolSize: 10 });

  await store.load(directory());

  expect(await Promise.all(userIds.map((userId) => countUp(store, userId)))).toEqual(userIds.map(() => 1));
  await store.ready();
});
