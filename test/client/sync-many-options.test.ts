import { expect, test } from "vitest";
import { syncMany } from "../../client/bulk/sync-many.ts";
import { signIn } from "../helpers/stub.ts";
import { clientFor, respond, startFaultServer } from "./fault-server.ts";

const ITEMS = [{ userId: "u", body: signIn() }];
const FROM_1 = "must be a whole number from 1.";
const FROM_0 = "checkpoint.from must be a whole number from 0.";

async function errorOf(...args: unknown[]) {
  const run = syncMany(...(args as unknown as Parameters<typeof syncMany>)).next();
  return run.then(
    () => undefined,
    (error: unknown) => error,
  );
}

test.for<[options: unknown, message: string]>([
  [{ concurrency: 0 }, `concurrency ${FROM_1}`],
  [{ concurrency: 1.5 }, `concurrency ${FROM_1}`],
  [{ concurrency: Number.NaN }, `concurrency ${FROM_1}`],
  [{ concurrency: -1 }, `concurrency ${FROM_1}`],
  [{ concurrency: "3" }, `concurrency ${FROM_1}`],
  [{ concurrency: null }, `concurrency ${FROM_1}`],
  [{ concurency: 4 }, "concurency is not an option. Did you mean 'concurrency'?"],
  [{ maxFailures: 0 }, `maxFailures ${FROM_1}`],
  [{ maxFailures: "20" }, `maxFailures ${FROM_1}`],
  [{ signal: {} }, "signal must be of type AbortSignal."],
  [{ signal: new AbortController() }, "signal must be of type AbortSignal."],
  [{ signal: null }, "signal must be of type AbortSignal."],
  [{ onProgress: 5 }, "onProgress must be of type Function."],
  [{ onPause: "log" }, "onPause must be of type Function."],
  [{ checkpoint: 5 }, "checkpoint must be of type Object."],
  [{ checkpoint: null }, "checkpoint must be of type Object."],
  [{ checkpoint: { from: Number.NaN } }, FROM_0],
  [{ checkpoint: { from: -1 } }, FROM_0],
  [{ checkpoint: { from: "3" } }, FROM_0],
  [{ checkpoint: { form: 3 } }, "checkpoint.form is not an option. Did you mean 'from'?"],
  [{ checkpoint: { save: "file" } }, "checkpoint.save must be of type Function."],
  [null, "options must be of type Object."],
  [8, "options must be of type Object."],
])("the options %j are a config error with the option's name, and nothing is sent", async ([options, message]) => {
  const { url, seen } = await startFaultServer(respond());
  expect(await errorOf(clientFor(url), ITEMS, options)).toMatchObject({ kind: "config", message });
  expect(seen).toEqual([]);
});

test("arguments of another type are a config error with their name", async () => {
  for (const client of [undefined, null, {}, "client"]) {
    const message = "client must have the method safeSyncUserIdentity.";
    expect(await errorOf(client, ITEMS)).toMatchObject({ kind: "config", message });
  }
  for (const items of [undefined, null, 5, { length: 1 }]) {
    const message = "items must be iterable or async iterable.";
    expect(await errorOf(clientFor("https://nexus.example"), items)).toMatchObject({ kind: "config", message });
  }
});

test("a checkpoint beyond the last item is a config error, and one after it is the end", async () => {
  const { url, seen } = await startFaultServer(respond());
  const items = (async function* () {
    yield* ITEMS;
    yield* ITEMS;
  })();
  const message = "checkpoint.from is 3, but there are 2 items.";
  expect(await errorOf(clientFor(url), items, { checkpoint: { from: 3 } })).toMatchObject({ kind: "config", message });
  expect(await errorOf(clientFor(url), [...ITEMS, ...ITEMS], { checkpoint: { from: 2 } })).toBeUndefined();
  const signal = AbortSignal.abort();
  expect(await errorOf(clientFor(url), ITEMS, { checkpoint: { from: 3 }, signal })).toMatchObject({ kind: "aborted" });
  expect(seen).toEqual([]);
});

test("options that are undefined stand for their defaults, and save is called as a method of its checkpoint", async () => {
  const { url } = await startFaultServer(respond());
  const saved: number[] = [];
  class Checkpoint {
    #saved = saved;
    save(next: number) {
      this.#saved.push(next);
    }
  }
  const unset = { concurrency: undefined, signal: undefined, onPause: undefined, maxFailures: undefined };
  for await (const { ok } of syncMany(clientFor(url), ITEMS, { ...unset, checkpoint: new Checkpoint() })) {
    expect(ok).toBe(true);
  }
  expect(saved).toEqual([1]);
});
