import { describe } from "vitest";
import { temporaryPostgres } from "../../helpers/postgres.ts";
import { temporaryDatabase } from "../../helpers/temporary-folder.ts";
import { durabilityTests } from "./durability-suite.ts";
import { loadTests } from "./load-suite.ts";
import { openUnderTest } from "./store-under-test.ts";
import { syncTests } from "./sync-suite.ts";

describe.each([
  { name: "SQLite in memory", database: () => ":memory:", isDurable: false },
  { name: "SQLite in a file", database: temporaryDatabase, isDurable: true },
  { name: "PostgreSQL", database: temporaryPostgres, isDurable: true },
])("$name", ({ database, isDurable }) => {
  const open = async () => openUnderTest(await database());
  syncTests(open);
  loadTests(open);
  if (isDurable) durabilityTests(open);
});
