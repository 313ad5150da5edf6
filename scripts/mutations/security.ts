export interface Mutation {
  /** The fault that the edits introduce. */
  name: string;
  /** `from` must be found in the file exactly once. */
  edits: (readonly [file: string, from: string, to: string])[];
  /** A test file, and the beginning of the title of tests of which at least one must fail, each by its assertion. */
  test: readonly [file: string, title: string];
  /** A program without which the test is skipped. */
  needs?: string;
}

/** Faults that admit callers without credentials or publish secrets. */
export const SECURITY_MUTATIONS: readonly Mutation[] = [
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
    test: ["test/server/auth/bearer.test.ts", "a wrong iss is "],
  },
  {
    name: "compressed bodies are inflated",
    edits: [
      [
        "server/http/negotiation.ts",
        'if (request.headers["content-encoding"] !== undefined)',
        'if (request.headers["content-encoding"] === "none")',
      ],
      [
        "server/http/body.ts",
        "const text = decode(bytes);",
        'const { gunzipSync } = await import("node:zlib");\n      const text = decode(request.headers["content-encoding"] ? gunzipSync(bytes) : bytes);',
      ],
    ],
    test: ["test/server/http/negotiation.test.ts", "gzip is "],
  },
  {
    name: "secrets are compared directly, not by their hashes",
    edits: [
      ["server/auth/credentials.ts", "import { hash, ", "import { "],
      ["server/auth/credentials.ts", 'return hash("sha256", text, "buffer");', "return Buffer.from(text);"],
    ],
    test: ["test/server/auth/credentials.test.ts", "an application token that is shorter is "],
  },
  {
    name: "responses contain the message of the error",
    edits: [
      [
        "server/http/problem.ts",
        "const body = problemDocument(type, response.locals.requestId, options);",
        'const detail = (options.cause as Error | undefined)?.message ?? "";\n    const body = problemDocument(type, response.locals.requestId, { detail, ...options });',
      ],
    ],
    test: [
      "test/server/http/problem.test.ts",
      "a stored user that breaks the contract is a 500; the log names the member, the response does not",
    ],
  },
];
