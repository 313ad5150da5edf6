import type { Mutation } from "./security.ts";

/** Faults that lose acknowledged syncs. */
export const STORE_MUTATIONS: readonly Mutation[] = [
  {
    name: "SQLite: a sync decides from what it read before the lock",
    edits: [
      [
        "server/store/sqlite/sqlite-store.ts",
        "      return commit.share(() => {\n        const { user, answer } = change(read.found(key));",
        "      const found = read.found(key);\n      return commit.share(() => {\n        const { user, answer } = change(found);",
      ],
    ],
    test: ["test/faults/sqlite-one-user.faults.ts", "32 callers on one user lose none of each other's writes"],
  },
  {
    name: "SQLite: no transaction",
    edits: [["server/store/sqlite/group-commit.ts", '["BEGIN IMMEDIATE", "COMMIT"]', '["SELECT 1", "SELECT 1"]']],
    test: [
      "test/server/store/sqlite/group-commit.test.ts",
      "a failing sync in a group fails alone, first, in the middle or last",
    ],
  },
  {
    name: "SQLite: the response is sent before the commit",
    edits: [
      [
        "server/store/sqlite/group-commit.ts",
        "      const outcomes = inTransaction(() => {\n        begun();\n        return group.map(({ work }) => work());\n      });\n",
        [
          "      if (database.isTransaction) commit.run();",
          "      begin.run();",
          "      begun();",
          "      const outcomes = group.map(({ work }) => work());",
          "      setTimeout(() => database.isTransaction && commit.run(), 20);\n",
        ].join("\n"),
      ],
    ],
    test: ["test/faults/sqlite-kill.faults.ts", "4 rounds of kill -9 at random instants under load lose nothing"],
  },
  {
    name: "SQLite: nothing is synced to disk",
    edits: [["server/store/sqlite/schema.ts", "synchronous = FULL;", "synchronous = OFF;"]],
    test: [
      "test/server/store/sqlite/synced-before-response.long.ts",
      "a change is synced to disk before its response begins",
    ],
    needs: "strace",
  },
  {
    name: "PostgreSQL: a sync reads its user without the lock",
    edits: [["server/store/postgres/sync.ts", "WHERE id = $1 FOR UPDATE", "WHERE id = $1"]],
    test: ["test/faults/postgres-load.faults.ts", "two servers, 32 callers on one user, 1,000 users"],
  },
  {
    name: "PostgreSQL: an unconfirmed commit counts as done",
    edits: [
      [
        "server/store/postgres/sync.ts",
        'await send(save, { text: "COMMIT" });',
        'await send(save, { text: "COMMIT" }).catch(() => {});',
      ],
    ],
    test: ["test/faults/postgres-outage.faults.ts", "a database that is "],
  },
  {
    name: "PostgreSQL: syncs of one user wait on separate connections",
    edits: [["server/store/postgres/user-queue.ts", "last.get(name)?.then(work) ?? work()", "work()"]],
    test: ["test/faults/postgres-held-row.faults.ts", "a user whose row somebody holds does not hold up the others"],
  },
];
