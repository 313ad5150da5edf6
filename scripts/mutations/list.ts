import type { Mutation } from "./mutation.ts";
import { STORE_MUTATIONS } from "./store.ts";

/** Faults that admit callers without credentials, and those of the store. */
export const MUTATIONS: readonly Mutation[] = [
  {
    name: "security runs after the body is read",
    edits: [
      ["server/app.ts", "      security(options.schemes, contract),\n", ""],
      [
        "server/app.ts",
        "      jsonBody(options.bodyLimit),\n",
        "      jsonBody(options.bodyLimit),\n      security(options.schemes, contract),\n",
      ],
    ],
    test: [
      "test/server/http/framing.test.ts",
      "Expect: 100-continue gets a 100 with good credentials, and only a 401 with wrong ones",
    ],
  },
  {
    name: "the issuer of a token is not checked",
    edits: [["server/auth/bearer.ts", "    issuer,\n    audience,\n", "    ...(issuer && {}),\n    audience,\n"]],
    test: ["test/server/auth/bearer.test.ts", "a wrong iss is rejected with 401"],
  },
  {
    name: "secrets are compared directly, not by their hashes",
    edits: [
      ["server/auth/credentials.ts", "import { hash, ", "import { "],
      ["server/auth/credentials.ts", 'return hash("sha256", text, "buffer");', "return Buffer.from(text);"],
    ],
    test: ["test/server/auth/credentials.test.ts", "an application token that is shorter is rejected with 401"],
  },
  ...STORE_MUTATIONS,
];
