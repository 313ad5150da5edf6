import type { Mutation } from "./mutation.ts";

/** What keeps strangers out and secrets in. */
export const WAY_IN_MUTATIONS: readonly Mutation[] = [
  {
    name: "security after the body is read",
    edits: [
      { file: "server/app.ts", from: "    security(schemes),\n", to: "" },
      {
        file: "server/app.ts",
        from: "    jsonBody(bodyLimit),\n",
        to: "    jsonBody(bodyLimit),\n    security(schemes),\n",
      },
    ],
    tests: ["test/server/auth/credentials.test.ts", "test/server/http/framing.test.ts"],
  },
  {
    name: "the issuer of a token is not looked at",
    edits: [{ file: "server/auth/bearer.ts", from: "    issuer,\n    audience,\n", to: "    audience,\n" }],
    tests: ["test/server/auth/bearer.test.ts"],
  },
  {
    name: "compressed bodies are inflated",
    edits: [
      {
        file: "server/http/negotiation.ts",
        from: 'if (request.headers["content-encoding"] !== undefined)',
        to: 'if (request.headers["content-encoding"] === "none")',
      },
      {
        file: "server/http/body.ts",
        from: "const text = decode(bytes);",
        to: 'const { gunzipSync } = await import("node:zlib");\n      const text = decode(request.headers["content-encoding"] ? gunzipSync(bytes) : bytes);',
      },
    ],
    tests: ["test/server/http/negotiation.test.ts"],
  },
  {
    name: "secrets are compared as they are, not by their hashes",
    edits: [
      {
        file: "server/auth/credentials.ts",
        from: 'return hash("sha256", text, "buffer");',
        to: "return Buffer.from(text);",
      },
    ],
    tests: ["test/server/auth/credentials.test.ts"],
  },
  {
    name: "answers tell the message of the error",
    edits: [
      {
        file: "server/http/problem.ts",
        from: "const { detail = usual, violations = [] } = options;",
        to: "const { detail = (options.cause as Error | undefined)?.message ?? usual, violations = [] } = options;",
      },
    ],
    tests: ["test/server/http/problem.test.ts", "test/server/http/body.test.ts"],
  },
];
