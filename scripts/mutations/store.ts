import type { Mutation } from "./security.ts";

/** Faults that lose acknowledged syncs. */
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
    test: {
      file: "test/faults/sqlite-one-user.faults.ts",
      title: "32 callers on one user lose none of each other's writes",
    },
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
    test: {
      file: "test/server/store/sqlite/group-commit.test.ts",
      title: "a failing sync in a group fails alone, first, in the middle or last",
    },
  },
  {
    name: "SQLite: the response is sent before the commit",
    edits: [
      {
        file: "server/store/sqlite/group-commit.ts",
        from: "      const outcomes = inTransaction(() => {\n        begun();\n        return group.map(({ work }) => work());\n      });\n",
        to: [
          "      if (database.isTransaction) commit.run();",
          "      begin.run();",
          "      begun();",
          "      const outcomes = group.map(({ work }) => work());",
          "      setTimeout(() => database.isTransaction && commit.run(), 20);\n",
        ].join("\n"),
      },
    ],
    test: {
      file: "test/faults/sqlite-kill.faults.ts",
      title: "4 rounds of kill -9 at random instants under load lose nothing",
    },
  },
  {
    name: "SQLite: nothing is synced to disk",
    edits: [{ file: "server/store/sqlite/schema.ts", from: "synchronous = FULL;", to: "synchronous = OFF;" }],
    test: {
      file: "test/server/store/sqlite/synced-before-response.long.ts",
      title: "a change is synced to disk before its response begins",
    },
    needs: "strace",
  },
  {
    name: "PostgreSQL: a sync reads its user without the lock",
    edits: [{ file: "server/store/postgres/sync.ts", from: "WHERE id = $1 FOR UPDATE", to: "WHERE id = $1" }],
    test: {
      file: "test/faults/postgres-load.faults.ts",
      title:
        "two servers, 32 callers on one user, 1,000 users beside: nothing lost or torn, the others' p99 is at most 200 ms",
    },
  },
  {
    name: "PostgreSQL: an unconfirmed commit counts as done",
    edits: [
      {
        file: "server/store/postgres/sync.ts",
        from: 'await send(save, { text: "COMMIT" });',
        to: 'await send(save, { text: "COMMIT" }).catch(() => {});',
      },
    ],
    test: {
      file: "test/faults/postgres-outage.faults.ts",
      title:
        "a database that is killed with all its processes under load: 503 meanwhile, ready within 5 s of its return, nothing lost",
    },
  },
  {
    name: "PostgreSQL: syncs of one user wait on separate connections",
    edits: [
      {
        file: "server/store/postgres/user-queue.ts",
        from: "last.get(name)?.then(work) ?? work()",
        to: "work()",
      },
    ],
    test: {
      file: "test/faults/postgres-held-row.faults.ts",
      title: "a user whose row somebody holds does not hold up the others",
    },
  },
];
