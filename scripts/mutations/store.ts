import type { Mutation } from "./mutation.ts";

/** What keeps acknowledged syncs from being lost. */
export const STORE_MUTATIONS: readonly Mutation[] = [
  {
    name: "SQLite: a sync decides from what it read before the lock",
    edits: [
      {
        file: "server/store/sqlite/sqlite-store.ts",
        from: "      return commit.share(() => {\n        const { user, answer } = change(read.found(key));",
        to: "      const found = read.found(key);\n      return commit.share(() => {\n        const { user, answer } = change(found);",
      },
    ],
    tests: ["test/faults/sqlite-one-user.faults.ts"],
  },
  {
    name: "SQLite: no transaction",
    edits: [
      {
        file: "server/store/sqlite/group-commit.ts",
        from: '["BEGIN IMMEDIATE", "COMMIT"]',
        to: '["SELECT 1", "SELECT 1"]',
      },
    ],
    tests: ["test/server/store/sqlite/group-commit.test.ts"],
  },
  {
    name: "SQLite: the answer is sent before the commit",
    edits: [
      {
        file: "server/store/sqlite/group-commit.ts",
        from: "      const outcomes = inTransaction(() => {\n        begun();\n        return group.map(({ work }) => work());\n      });\n",
        to: [
          "      if (database.isTransaction) commit.run();",
          "      begin.run();",
          "      first();",
          "      const outcomes = group.map(({ work }) => work());",
          "      setTimeout(() => database.isTransaction && commit.run(), 20);\n",
        ].join("\n"),
      },
    ],
    tests: ["test/faults/sqlite-kill.faults.ts"],
  },
  {
    // A kill -9 can't show it: what was written outlives the process, synced or not.
    name: "SQLite: nothing is synced to disk",
    edits: [{ file: "server/store/sqlite/schema.ts", from: "synchronous = FULL;", to: "synchronous = OFF;" }],
    tests: ["test/scripts/trace-commit.test.ts"],
    needs: "strace",
  },
  {
    name: "PostgreSQL: a sync reads its user without the lock",
    edits: [{ file: "server/store/postgres/sync.ts", from: "WHERE id = $1 FOR UPDATE", to: "WHERE id = $1" }],
    tests: ["test/faults/postgres-load.faults.ts"],
  },
  {
    name: "PostgreSQL: a commit that nobody confirmed counts as done",
    edits: [
      {
        file: "server/store/postgres/sync.ts",
        from: 'await send(save, { text: "COMMIT" });',
        to: 'await send(save, { text: "COMMIT" }).catch(() => {});',
      },
    ],
    tests: ["test/faults/postgres-outage.faults.ts"],
  },
  {
    name: "PostgreSQL: each sync of one user waits on a connection of its own",
    edits: [
      {
        file: "server/store/postgres/user-queue.ts",
        from: "last.get(name)?.then(work) ?? work()",
        to: "work()",
      },
    ],
    tests: ["test/faults/postgres-held-row.faults.ts"],
  },
];
