export interface Mutation {
  /** The fault that the edits introduce. */
  name: string;
  /** Each `from` must be found in its file exactly once. */
  edits: readonly { file: string; from: string; to: string }[];
  /** The test that must fail by its assertion. */
  test: { file: string; title: string };
  /** A program without which the test is skipped. */
  needs?: string;
}

/** Faults that admit callers without credentials or publish secrets. */
export const SECURITY_MUTATIONS: readonly Mutation[] = [
  {
    name: "security runs after the body is read",
    edits: [
      { file: "server/app.ts", from: "    security(schemes),\n", to: "" },
      {
        file: "server/app.ts",
        from: "    jsonBody(bodyLimit),\n",
        to: "    jsonBody(bodyLimit),\n    security(schemes),\n",
      },
    ],
    test: {
      file: "test/server/http/framing.test.ts",
      title: "H7 who waits with the body is asked for it after security, and refused before it without credentials",
    },
  },
  {
    name: "the issuer of a token is not checked",
    edits: [{ file: "server/auth/bearer.ts", from: "    issuer,\n    audience,\n", to: "    audience,\n" }],
    test: { file: "test/server/auth/bearer.test.ts", title: "J8 a wrong iss is 401" },
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
    test: { file: "test/server/http/negotiation.test.ts", title: "C6 the coding gzip is 415" },
  },
  {
    name: "secrets are compared directly, not by their hashes",
    edits: [
      {
        file: "server/auth/credentials.ts",
        from: 'return hash("sha256", text, "buffer");',
        to: "return Buffer.from(text);",
      },
    ],
    test: { file: "test/server/auth/credentials.test.ts", title: "A4 an application token that is shorter is 401" },
  },
  {
    name: "responses contain the message of the error",
    edits: [
      {
        file: "server/http/problem.ts",
        from: "const { detail = usual, violations = [] } = options;",
        to: "const { detail = (options.cause as Error | undefined)?.message ?? usual, violations = [] } = options;",
      },
    ],
    test: {
      file: "test/server/http/problem.test.ts",
      title: "500: the log names the place and the answer does not, and the user stays as it was",
    },
  },
];
