import { onTestFinished } from "vitest";
import { openStore } from "../../../../server/store/open-store.ts";
import { temporaryPostgres } from "../../../helpers/postgres.ts";
import { describeStore, type StoreUnderTest } from "../store-suite.ts";

async function openFor(database: string): Promise<StoreUnderTest> {
  let store = await openStore({ database });
  onTestFinished(() => store.close());
  const reopen = async () => {
    await store.close();
    store = await openStore({ database });
    return store;
  };
  return { store, reopen };
}

describeStore("a PostgreSQL store", async () => openFor(await temporaryPostgres()), { isDurable: true });
