import type { Mutation } from "./mutation.ts";

/** Faults that lose acknowledged syncs. */
export const STORE_MUTATIONS: readonly Mutation[] = [
  {
    name: "SQLite: a sync decides from what it read before the lock",
    edits: [
      [
        "server/store/sqlite/sqlite-store.ts",
        "      return commit.share(() => {\n        const { user, result } = change(reader.found(key));",
        "      const found = reader.found(key);\n      return commit.share(() => {\n        const { user, result } = change(found);",
      ],
    ],
    test: ["test/faults/sqlite-one-user.faults.ts", "32 concurrent callers on one user lose no update"],
  },
  {
    name: "SQLite: no transaction",
    edits: [
      ["server/store/sqlite/group-commit.ts", 'prepare("BEGIN IMMEDIATE")', 'prepare("SELECT 1")'],
      ["server/store/sqlite/group-commit.ts", 'prepare("COMMIT")', 'prepare("SELECT 1")'],
    ],
    test: [
      "test/server/store/sqlite/group-commit.test.ts",
      "a failing sync does not affect its group, at any position",
    ],
  },
  {
    name: "SQLite: the response is sent before the commit",
    edits: [
      [
        "server/store/sqlite/group-commit.ts",
        "      const settlers = inTransaction(() => {\n        reader.refresh();\n        return group.map(({ run }) => run());\n      });\n",
        [
          "      if (!database.isTransaction) {",
          "        begin.run();",
          "        setTimeout(() => commit.run(), 50);",
          "      }",
          "      reader.refresh();",
          "      const settlers = group.map(({ run }) => run());\n",
        ].join("\n"),
      ],
    ],
    test: ["test/faults/sqlite-kill.faults.ts", "4 rounds of kill -9 at random times under load lose no sync"],
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
    name: "SQLite: the log of another file is applied",
    edits: [["server/store/sqlite/file-check.ts", "commits = commitsInLog(", "commits = 0 * commitsInLog("]],
    test: ["test/server/store/sqlite/file-check.test.ts", "a copy by VACUUM INTO over an old write-ahead log"],
  },
  {
    name: "SQLite: a new log keeps the id of the previous one",
    edits: [["server/store/sqlite/schema.ts", "if (isLogNew) ", "if (!isLogNew) "]],
    test: [
      "test/server/store/sqlite/wrong-log.test.ts",
      "a copy as the backup command makes it is refused beside the log",
    ],
  },
  {
    name: "SQLite: commits are not counted",
    edits: [["server/store/sqlite/group-commit.ts", "count.run();", "count.columns();"]],
    test: ["test/server/store/sqlite/file-check.test.ts", "a copy by SQLite's backup API over an old write-ahead log"],
  },
  {
    name: "PostgreSQL: a sync reads its user without the lock",
    edits: [
      ["server/store/postgres/sync-statements.ts", "WHERE id = $1 FOR UPDATE SKIP LOCKED", "WHERE id = $1"],
      ["server/store/postgres/sync-statements.ts", "ORDER BY id FOR UPDATE SKIP LOCKED", "ORDER BY id"],
    ],
    test: ["test/faults/postgres-load.faults.ts", "32 callers on one user over two servers lose no update"],
  },
  {
    name: "PostgreSQL: a shared transaction reads its users without locks",
    edits: [["server/store/postgres/sync-statements.ts", "ORDER BY id FOR UPDATE SKIP LOCKED", "ORDER BY id"]],
    test: [
      "test/server/store/postgres/sync-queue.test.ts",
      "shared transactions of two servers with opposite orders lose no update",
    ],
  },
  {
    name: "PostgreSQL: a shared transaction waits for locked users",
    edits: [
      ["server/store/postgres/sync-statements.ts", "ORDER BY id FOR UPDATE SKIP LOCKED", "ORDER BY id FOR UPDATE"],
    ],
    test: [
      "test/server/store/postgres/sync-queue.test.ts",
      "in a shared transaction, a user whose row is locked does not delay the others",
    ],
  },
  {
    name: "PostgreSQL: a sync is decided after its deadline",
    edits: [["server/store/postgres/sync.ts", " && !sync.isOver()", ""]],
    test: ["test/server/store/postgres/sync-queue.test.ts", "a sync whose deadline passes before its decision"],
  },
  {
    name: "PostgreSQL: an unconfirmed commit of a shared transaction is retried",
    edits: [
      [
        "server/store/postgres/sync-queue.ts",
        "isRetryable(error.cause);",
        "isRetryable(error.cause) || error instanceof Error;",
      ],
    ],
    test: ["test/server/store/postgres/outage.test.ts", "a connection lost after the commit makes all syncs"],
  },
  {
    name: "PostgreSQL: an unconfirmed commit counts as done",
    edits: [
      [
        "server/store/postgres/sync.ts",
        "await send(syncedUsers(changed), COMMIT);",
        "await send(syncedUsers(changed), COMMIT).catch(() => {});",
      ],
    ],
    test: ["test/faults/postgres-outage.faults.ts", "when the database is "],
  },
  {
    name: "PostgreSQL: syncs of one user wait on separate connections",
    edits: [["server/store/mutex.ts", "tails.get(key)?.then(work) ?? work()", "work()"]],
    test: ["test/faults/postgres-held-row.faults.ts", "a user whose row is locked does not delay other users"],
  },
];
