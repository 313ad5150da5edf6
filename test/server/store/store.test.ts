import { onTestFinished } from "vitest";
import { openSqliteStore } from "../../../server/store/sqlite/sqlite-store.ts";
import { temporaryDatabase } from "../../helpers/temporary-folder.ts";
import { describeStore, type StoreUnderTest } from "./store-suite.ts";

async function openFor(file: string): Promise<StoreUnderTest> {
  let store = openSqliteStore(file);
  onTestFinished(() => store.close());
  const reopen = async () => {
    await store.close();
    store = openSqliteStore(file);
    return store;
  };
  return { store, reopen };
}

describeStore("a SQLite store in memory", () => openFor(":memory:"), { isDurable: false });
describeStore("a SQLite store in a file", () => openFor(temporaryDatabase()), { isDurable: true });
